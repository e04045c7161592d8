"""A whole shop of real processes on free ports, for tests and measurements.

    with Shop(catalogs=2, orders=2, frontends=1) as shop:
        shop.start()
        shop.buy(1)
        shop.kill('catalog', 1)
        shop.restart('catalog', 1)

Everything lives in a temporary folder; every process that was started is ended, by pid, when the block is left.
"""
import configparser
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

from . import http

TOP = Path(__file__).resolve().parents[3]
BIN = Path(os.environ.get('SHOP_BIN', TOP / 'build' / 'dev'))
ROLES = ('catalog', 'order', 'frontend')
# When a test gives up waiting for what must come, in seconds. It measures nothing: far more than any machine takes, however slow
# it is and whoever else works on it.
PATIENCE = 120
# For tests whose subject is not time: what a busy machine holds up for seconds is neither refused nor taken for a death.
UNHURRIED = '[health]\nfall = 30\n[http]\nrequest-ms = 10000\n'
# For those that ask a replica because it leads: nor does another come to lead meanwhile.
STEADY = '[consensus]\nelection-ms = 1500\n' + UNHURRIED
SANITIZERS_SAY = ('ERROR: AddressSanitizer', 'ERROR: LeakSanitizer', 'WARNING: ThreadSanitizer', ': runtime error: ')


def wait_until(condition, seconds=PATIENCE, what='the condition'):
    """The first true value of condition(); AssertionError when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f'{what} did not come true within {seconds} s')
        time.sleep(0.02)


def environment(settings):
    """This one with the settings in it: for a program that starts shops of its own."""
    parser = configparser.ConfigParser()
    parser.read_string(settings)
    spelt = {f'BOOKSTORED_{section}_{key}'.replace('-', '_').upper(): value for section in parser.sections() for key, value in parser[section].items()}
    return {**os.environ, **spelt}


def free_ports(count):
    """Ports that nobody listens on. They lie below the range from which the kernel serves outgoing connections,
    so that no client of a restarting process takes its port meanwhile."""
    found = []
    port = 20000 + os.getpid() * 37 % 9000
    while len(found) < count:
        port = port + 1 if port < 31000 else 20000
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(('127.0.0.1', port))
                found.append(port)
            except OSError:
                pass
    return found


class Process:
    def __init__(self, shop, role, id_, port, host=None):
        self.shop, self.role, self.id, self.port = shop, role, id_, port
        self.host = host        # a network.Host, or None: here, beside all the others
        self.config = None      # a file of its own instead of the shop's
        self.name = f'{role}-{id_}'
        self.data = shop.folder / self.name
        self.log = shop.folder / f'{self.name}.log'
        self.popen = None

    @property
    def address(self):
        return f'{self.host.address if self.host else self.shop.host}:{self.port}'

    def command(self, *arguments):
        return [str(BIN / 'bookstored'), f'--role={self.role}', f'--id={self.id}', f'--config={self.config or self.shop.config}',
                f'--data-dir={self.data}', *self.shop.arguments, *arguments]

    def start(self, *arguments, before=(), environment=None):
        """`before`: a command that starts ours, e.g. systemd-socket-activate."""
        assert not self.running(), f'{self.name} runs already'
        with open(self.log, 'ab') as log:
            def launch():
                return subprocess.Popen([*before, *self.command(*arguments)], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                        env=environment)
            self.popen = self.host.inside(launch) if self.host else launch()

    def running(self):
        return self.popen is not None and self.popen.poll() is None

    def signal(self, number):
        self.popen.send_signal(number)

    def stop(self, seconds=PATIENCE):
        """SIGTERM; the exit status."""
        self.signal(signal.SIGTERM)
        return self.popen.wait(seconds)

    def kill(self):
        if self.running():
            self.popen.kill()
            self.popen.wait()

    def get(self, target, headers=None, **more):
        """Shows the cluster's credential when there is one: what is asked may be internal."""
        return http.request(self.address, 'GET', target, headers={**self.shop.credential, **(headers or {})}, **more)

    def ready(self):
        try:
            return self.get('/readyz', timeout=2).status == 200
        except OSError:
            return False

    def log_lines(self):
        return self.log.read_text(errors='replace').splitlines() if self.log.exists() else []

    def log_tail(self, lines=15):
        return '\n'.join(self.log_lines()[-lines:])

    def sanitizer_report(self, lines=40):
        """What a sanitizer said first, if the programs were built with one and it found something."""
        said = self.log_lines()
        first = next((i for i, line in enumerate(said) if any(mark in line for mark in SANITIZERS_SAY)), None)
        return '' if first is None else '\n'.join(said[first:first + lines])


class Shop:
    """`network`: a network.Network on which every process gets a host of its own; without one all share `host`."""

    def __init__(self, catalogs=2, orders=2, frontends=1, settings='', arguments=(), books=None, host='127.0.0.1', network=None):
        self.host = host
        self.secret_file, self.credential = None, {}
        self.folder = Path(tempfile.mkdtemp(prefix='bookstored-test-'))
        self.arguments = list(arguments)
        counts = dict(catalog=catalogs, order=orders, frontend=frontends)
        ports = iter(free_ports(sum(counts.values())))
        self.processes = {(role, i): Process(self, role, i, next(ports), network.host(f'{role}-{i}') if network else None)
                          for role in ROLES for i in range(counts[role])}
        self.config = self.folder / 'cluster.conf'
        sections = [f'[{role}]\n' + ''.join(f'replica = {p.address}\n' for p in self.of(role)) for role in ROLES]
        self.config.write_text('\n'.join(sections) + '\n' + settings)
        if network:
            self._require_credential(secrets.token_hex(16))
        if books is not None:
            catalogue = self.folder / 'books.jsonl'
            catalogue.write_text(''.join(json.dumps(b) + '\n' for b in books))
            self.arguments.append(f'--catalog-file={catalogue}')

    def _require_credential(self, secret):
        """Whoever listens beyond loopback must have one."""
        self.secret_file = self.folder / 'secret'
        self.secret_file.touch(mode=0o600)
        self.secret_file.write_text(secret + '\n')
        self.config.write_text(self.config.read_text() + f'[cluster]\nsecret-file = {self.secret_file}\n')
        self.credential = {'Authorization': f'Bearer {secret}'}

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            for p in self.processes.values():
                print(f'--- last lines of {p.name}\n{p.log_tail()}')
        for p in self.processes.values():
            if p.running():
                p.signal(signal.SIGCONT)
                p.kill()
        reports = [f'{p.name}: {report}' for p in self.processes.values() if (report := p.sanitizer_report())]
        shutil.rmtree(self.folder, ignore_errors=True)
        assert not reports, '\n'.join(reports)

    def of(self, role):
        return [p for (r, _), p in sorted(self.processes.items()) if r == role]

    def __getitem__(self, key):
        return self.processes[key]

    def start(self, *arguments, seconds=PATIENCE):
        for p in self.processes.values():
            p.start(*arguments)
        self.wait_ready(seconds)

    def wait_ready(self, seconds=PATIENCE):
        for p in self.processes.values():
            wait_until(lambda p=p: p.ready() or not p.running(), seconds, f'{p.name} being ready')
            assert p.running(), f'{p.name} ended: {p.log_tail(3)}'

    def kill(self, role, id_):
        self[role, id_].kill()

    def restart(self, role, id_, *arguments, seconds=PATIENCE):
        p = self[role, id_]
        p.start(*arguments)
        wait_until(p.ready, seconds, f'{p.name} being ready again')

    def frontend(self, id_=0):
        return self['frontend', id_]

    def get(self, target, frontend=0, **more):
        return self.frontend(frontend).get(target, **more)

    def post(self, target, body=None, frontend=0, **more):
        return http.request(self.frontend(frontend).address, 'POST', target, body=body, **more)

    def patch(self, target, body, frontend=0, **more):
        return http.request(self.frontend(frontend).address, 'PATCH', target, body=body, **more)

    def order(self, *lines, key=None, frontend=0):
        """POST /v1/orders of (item, quantity) pairs."""
        headers = {'Idempotency-Key': key} if key else {}
        return self.post('/v1/orders', {'lines': [{'item': i, 'quantity': q} for i, q in lines]}, frontend, headers=headers)

    def bought(self, *lines, key=None, frontend=0):
        """The order of a purchase that must succeed: repeated with its key, as a client's would be, for as long as the answer is 503."""
        key = key or str(uuid.uuid4())

        def decided():
            answer = self.order(*lines, key=key, frontend=frontend)
            return answer if answer.status != 503 else None
        answer = wait_until(decided, what=f'an answer to the purchase {key}')
        assert answer.status == 201, f'{answer.status} {answer.text}'
        return answer.json()

    def leader(self, role):
        """The process of a group that says it leads, or None."""
        for p in self.of(role):
            try:
                if p.running() and p.get('/heartbeat', timeout=1).json()['leader']:
                    return p
            except OSError:
                pass
        return None

    def wait_leader(self, role):
        return wait_until(lambda: self.leader(role), what=f'a {role} that leads')

    def voters(self, role):
        """slot -> node of a group of which every slot has one member that votes and answers; None while that is not so."""
        slots = len(self.of(role)) // 2 * 2 + 1     # beside an even number of replicas a frontend has a vote
        for p in self.of(role):
            try:
                answer = p.get('/v1/members')
            except OSError:
                continue
            if answer.status == 200:
                members = answer.json()['members']
                whole = len(members) == slots and all(m['standing'] == 'voter' and m['answers'] for m in members)
                return {m['slot']: m['node'] for m in members} if whole else None
        return None

    def resyncs(self):
        """What GET /resync says at every catalog: (version, books)."""
        answers = [p.get('/resync') for p in self.of('catalog')]
        return [(int(a.headers['Bookstore-Version']), a.json()) for a in answers]

    def wait_agreement(self, seconds=PATIENCE):
        """The books, once all catalogs show the same at the same version."""
        def agreed():
            try:
                shown = self.resyncs()
            except (OSError, KeyError, ValueError):
                return None
            return shown[0][1] if all(s == shown[0] for s in shown) else None
        return wait_until(agreed, seconds, 'agreement of the catalogs')


def whole(shop):
    """As an operator's script waits before it goes on: everybody is ready, and every frontend sees everybody up."""
    def all_up():
        try:
            return all(r['state'] == 'up' for f in shop.of('frontend') for r in f.get('/v1/status').json()['replicas'])
        except OSError:
            return False
    shop.wait_ready()
    wait_until(all_up, what='every frontend seeing all replicas up')
