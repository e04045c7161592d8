"""What a process owes whoever starts it: options, exit statuses, first starts, its data directory, signals."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import http
from support.shop import BIN, PATIENCE, UNHURRIED, Shop, free_ports, wait_until


def bookstored(*arguments, environment=None):
    return subprocess.run([str(BIN / 'bookstored'), *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE,
                          env={**os.environ, **(environment or {})})


class Usage(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix='bookstored-usage-'))
        self.addCleanup(shutil.rmtree, self.folder)
        self.config = self.folder / 'shop.conf'
        self.config.write_text('[catalog]\nreplica = 127.0.0.1:3211\n[order]\nreplica = 127.0.0.1:3212\n[frontend]\nreplica = 127.0.0.1:3213\n')
        self.good = ('--role=catalog', '--id=0', f'--config={self.config}')

    def refused(self, *arguments, **more):
        done = bookstored(*arguments, **more)
        self.assertEqual(2, done.returncode, done.stderr)
        self.assertEqual(1, len(done.stderr.strip().splitlines()), done.stderr)
        self.assertEqual('', done.stdout)
        return done.stderr

    def test_help_and_version(self):
        for option, word in (('--help', '--first-start'), ('--version', 'bookstored')):
            done = bookstored(option)
            self.assertEqual((0, ''), (done.returncode, done.stderr))
            self.assertIn(word, done.stdout)

    def test_bad_usage_is_one_line_that_names_option_value_and_what_is_allowed(self):
        self.assertIn('role', self.refused('--id=0', f'--config={self.config}'))
        for arguments, words in (((*self.good[1:], '--role=waiter'), ('role', 'waiter', 'catalog')),
                                 ((self.good[0], '--id=7', self.good[2]), ('id', '7')),
                                 ((*self.good, '--first-start=2'), ('first-start', '2')),
                                 ((*self.good, '--no-such-option=1'), ('no-such-option',)),
                                 ((*self.good, '--log-level=loud'), ('log-level', 'loud', 'debug')),
                                 ((*self.good[:2], '--config=/nowhere.conf'), ('/nowhere.conf',))):
            with self.subTest(arguments):
                said = self.refused(*arguments)
                for word in words:
                    self.assertIn(word, said)

    def test_an_unknown_key_in_the_file_is_an_error(self):
        self.config.write_text(self.config.read_text() + '[catalog]\nreplicas = 127.0.0.1:1\n')
        self.assertIn('replicas', self.refused(*self.good))

    def test_listening_beyond_loopback_needs_a_credential(self):
        self.config.write_text(self.config.read_text().replace('127.0.0.1:3211', '0.0.0.0:3211'))
        self.assertIn('secret-file', self.refused(*self.good, '--check-config'))

    def test_check_and_print(self):
        done = bookstored(*self.good, '--check-config')
        self.assertEqual(0, done.returncode, done.stderr)
        done = bookstored(*self.good, '--print-config', '--log-level=debug', environment={'BOOKSTORED_CACHE_LEASE_MS': '1500'})
        self.assertEqual(0, done.returncode, done.stderr)
        rows = {line.split()[0]: line for line in done.stdout.splitlines() if line.strip() and not line.startswith('#')}
        self.assertIn('command line', next(l for k, l in rows.items() if 'log-level' in k))
        self.assertIn('environment', next(l for k, l in rows.items() if 'lease-ms' in k))
        self.assertIn('default', next(l for k, l in rows.items() if 'election-ms' in k))

    def test_a_port_in_use_is_a_failure_to_start(self):
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.config.write_text(self.config.read_text().replace('3211', str(port)))
            done = bookstored(*self.good, f'--data-dir={self.folder}/data')
            self.assertEqual(1, done.returncode)
            self.assertIn(str(port), done.stderr)


class FirstStarts(unittest.TestCase):
    def test_the_first_start_flags(self):
        with Shop(catalogs=2, orders=2, frontends=1) as shop:
            shop.start('--first-start=1')
            shop.bought((1, 1))
            self.assertEqual(0, shop['catalog', 1].stop())
            before = sorted((f.name, f.read_bytes()) for f in shop['catalog', 1].data.rglob('*') if f.is_file() and f.name != 'lock')
            done = bookstored(*shop['catalog', 1].command('--first-start=1')[1:])
            self.assertEqual(1, done.returncode)
            self.assertIn('first-start', done.stderr)
            after = sorted((f.name, f.read_bytes()) for f in shop['catalog', 1].data.rglob('*') if f.is_file() and f.name != 'lock')
            self.assertEqual(before, after)
            shop.restart('catalog', 1)
            self.assertEqual(4, shop.wait_agreement()[0]['stock'])

    def test_a_lost_disk_resynchronises_and_cannot_fork_the_shop(self):
        with Shop(catalogs=3, orders=3, frontends=1, settings=UNHURRIED) as shop:
            shop.start()
            shop.bought((1, 2))
            for flag in ('--first-start=0', None):
                with self.subTest(flag):
                    shop.kill('catalog', 2)
                    shutil.rmtree(shop['catalog', 2].data)
                    shop.restart('catalog', 2, *filter(None, [flag]))
                    self.assertEqual(3, shop.wait_agreement()[0]['stock'])
            shop.kill('catalog', 2)
            shutil.rmtree(shop['catalog', 2].data)
            done = bookstored(*shop['catalog', 2].command('--first-start=1')[1:])
            self.assertEqual(1, done.returncode)
            self.assertIn('first-start=0', done.stderr)
            self.assertEqual(3, shop.get('/lookup?item=1').json()['books'][0]['stock'])

    def test_a_lost_disk_gets_its_vote_back(self):
        with Shop(catalogs=3, orders=3, frontends=1) as shop:
            shop.start()
            lost = {role: wait_until(lambda role=role: shop.voters(role), what=f'every {role} answering')[2] for role in ('catalog', 'order')}
            for role in ('catalog', 'order'):
                shop.kill(role, 2)
                shutil.rmtree(shop[role, 2].data)
                shop.restart(role, 2, '--first-start=0')
            for role, node in lost.items():
                wait_until(lambda: (shop.voters(role) or {2: node})[2] != node, what=f'a vote for the new {role} 2')
            for role in ('catalog', 'order'):
                shop.kill(role, 0)
            # Two of the first three disks of each group are lost now, one after the other.
            shop.bought((1, 1))
            self.assertEqual(2, len([p for p in shop.of('catalog') if p.running()]))

    def test_a_data_directory_serves_one_process(self):
        with Shop(catalogs=1, orders=1, frontends=1) as shop:
            shop.start()
            done = bookstored(*shop['catalog', 0].command()[1:])
            self.assertEqual(1, done.returncode)
            self.assertIn(str(shop['catalog', 0].popen.pid), done.stderr)


class Signals(unittest.TestCase):
    def test_sigterm_drains_and_exits_0(self):
        with Shop(catalogs=2, orders=2, frontends=1) as shop:
            shop.start()
            shop.bought((1, 1))
            for p in reversed(list(shop.processes.values())):
                self.assertEqual(0, p.stop(), p.log_tail())

    def test_a_leader_hands_over_before_it_goes(self):
        with Shop(catalogs=3, orders=3, frontends=1, settings=UNHURRIED) as shop:
            shop.start()
            for role in ('catalog', 'order'):
                leader = shop.wait_leader(role)
                self.assertEqual(0, leader.stop())
                answer = shop.order((1, 1))
                self.assertEqual(201, answer.status, answer.text)
                shop.restart(role, leader.id)


class UnderSystemd(unittest.TestCase):
    def test_ready_is_told_when_it_can_serve_and_stopping_when_it_goes(self):
        folder = Path(tempfile.mkdtemp(prefix='bookstored-notify-'))
        self.addCleanup(shutil.rmtree, folder)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener, Shop(catalogs=1, orders=1, frontends=1) as shop:
            listener.bind(str(folder / 'notify'))
            listener.settimeout(PATIENCE)
            catalog = shop['catalog', 0]
            environment = {**os.environ, 'NOTIFY_SOCKET': str(folder / 'notify'), 'WATCHDOG_USEC': '400000'}
            catalog.start(environment=environment)
            told = []

            def until(word):
                while not any(word in message for message in told):
                    told.append(listener.recv(4096).decode())
            until('READY=1')
            wait_until(catalog.ready, what='it being ready')
            self.assertTrue(any('STATUS=' in message for message in told))
            until('WATCHDOG=1')
            catalog.signal(signal.SIGTERM)
            until('STOPPING=1')
            self.assertEqual(0, catalog.popen.wait(PATIENCE))

    @unittest.skipUnless(shutil.which('systemd-socket-activate'), 'systemd-socket-activate is not installed')
    def test_a_socket_that_systemd_opened(self):
        with Shop(catalogs=1, orders=1, frontends=1) as shop:
            catalog, port = shop['catalog', 0], free_ports(1)[0]
            catalog.start(before=['systemd-socket-activate', f'--listen=127.0.0.1:{port}'])
            wait_until(lambda: catalog.popen.poll() is None and _accepts(port), what='the activator listening')
            answer = http.request(f'127.0.0.1:{port}', 'GET', '/healthz')
            self.assertEqual(200, answer.status)
            catalog.signal(signal.SIGTERM)
            self.assertEqual(0, catalog.popen.wait(PATIENCE))


def _accepts(port):
    # Looking into the kernel's table instead of connecting: a connection would start the service.
    wanted = f'0100007F:{port:04X}'
    return any(line.split()[1:4:2] == [wanted, '0A'] for line in Path('/proc/net/tcp').read_text().splitlines()[1:])


if __name__ == '__main__':
    unittest.main()
