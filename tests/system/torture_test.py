"""`bookstorectl torture` as an operator uses it: on a cluster of his own, with commands that kill, pause and restart."""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

from support.shop import BIN, PATIENCE, TOP, Shop

SVG = '{http://www.w3.org/2000/svg}'


def bookstorectl(*arguments, environment=None, seconds=4 * PATIENCE):
    return subprocess.run([str(BIN / 'bookstorectl'), *map(str, arguments)], capture_output=True, text=True, timeout=seconds,
                          env={**os.environ, **(environment or {})})


class Torture(unittest.TestCase):
    def test_a_local_cluster_killed_paused_and_restarted_by_hooks_is_clean(self):
        with Shop(catalogs=3, orders=3, frontends=2) as shop:      # only for its configuration file; nothing of it runs
            run = shop.folder / 'run'
            environment = {'SHOP_RUN': str(run), 'SHOP_BIN': str(BIN)}
            scripts = TOP / 'scripts'
            started = subprocess.run([str(scripts / 'run-local'), str(shop.config)], env={**os.environ, **environment}, timeout=2 * PATIENCE)
            self.assertEqual(0, started.returncode)
            try:
                history, report = shop.folder / 'history.jsonl', shop.folder / 'report.svg'
                done = bookstorectl(
                    '--config', shop.config, 'torture', '--seconds=10', '--clients=8', '--seed=4', '--fault-interval=1',
                    f'--kill-command={scripts}/kill-replica {{role}} {{id}} -9', f'--start-command={scripts}/restart-replica {{role}} {{id}}',
                    f'--pause-command={scripts}/kill-replica {{role}} {{id}} -STOP',
                    f'--continue-command={scripts}/kill-replica {{role}} {{id}} -CONT',
                    '--history', history, '--report', report, environment=environment)
                said = done.stdout + done.stderr
                self.assertEqual(0, done.returncode, said)
                self.assertIn('torture: clean', said)
                self.assertRegex(said, r'(kill|pause) (catalog|order|frontend)-\d')
                self.assertNotIn('never', said)
                self.assertGreater(int(re.search(r'(\d+) buys answered', said)[1]), 8)
                self.assertEqual(0, bookstorectl('check-history', history).returncode)
                xml.etree.ElementTree.parse(report)
            finally:
                subprocess.run([str(scripts / 'run-local'), '--stop'], env={**os.environ, **environment}, timeout=2 * PATIENCE)

    def test_without_hooks_it_loads_and_checks_and_touches_no_book_of_the_shop(self):
        with Shop(catalogs=1, orders=1, frontends=1) as shop:
            shop.start()
            before = [b for b in shop.get('/v1/books').json()['books']]
            done = bookstorectl('--config', shop.config, '--output=json', 'torture', '--seconds=2', '--clients=4')
            self.assertEqual(0, done.returncode, done.stdout + done.stderr)
            audit, check, run = map(json.loads, done.stdout.splitlines())
            self.assertEqual(('clean', 'correct', 'clean'), (audit['result'], check['result'], run['result']))
            self.assertGreater(run['buys']['answered'], 0)
            self.assertEqual([], run['faults'])
            self.assertEqual(before, [b for b in shop.get('/v1/books').json()['books'] if b['topic'] != 'torture'])

    def test_interrupted_it_mends_what_it_broke_and_judges_what_it_saw(self):
        with Shop(catalogs=3, orders=3, frontends=1) as shop:
            shop.start()
            pids = shop.folder / 'pids'
            pids.write_text(''.join(f'{p.name} {p.popen.pid}\n' for p in shop.processes.values()))
            signal_to = f'kill -%s $(sed -n "s/^{{name}} //p" {pids})'
            torture = subprocess.Popen([BIN / 'bookstorectl', '--config', shop.config, 'torture', '--seconds=300', '--clients=4',
                                        '--fault-interval=0.3', '--pause-command', signal_to % 'STOP', '--continue-command', signal_to % 'CONT'],
                                       stdout=subprocess.PIPE, text=True)
            said = []
            for line in torture.stdout:     # a line a second
                said.append(line)
                if '; pause ' in line:
                    break
            torture.send_signal(signal.SIGINT)
            said.append(torture.communicate(timeout=2 * PATIENCE)[0])
            self.assertEqual(0, torture.returncode, ''.join(said))
            self.assertIn('torture: clean', said[-1])
            for p in shop.processes.values():
                self.assertNotIn('State:\tT', Path(f'/proc/{p.popen.pid}/status').read_text(), p.name)

    def test_a_process_that_cannot_be_mended_leaves_it_undecided(self):
        with Shop(catalogs=3, orders=1, frontends=1) as shop:
            shop.start()
            done = bookstorectl('--config', shop.config, 'torture', '--seconds=3', '--clients=2', '--fault-interval=0.5',
                                '--pause-command=true', '--continue-command=exit 7')
            self.assertEqual(3, done.returncode, done.stdout + done.stderr)
            self.assertIn('`exit 7` ended with status 7', done.stdout)


class Timeline(unittest.TestCase):
    def test_a_doctored_history_is_drawn_and_told_in_few_words(self):
        lines = [dict(client=0, call=0, op='add', item=1, stock=100, cost=50, outcome='done', **{'return': 1})]
        for i in range(60):     # one buys, another sees it
            at = 1000 * (i + 1)
            lines.append(dict(client=1, call=at, op='buy', key=f'k-{i}', lines=[dict(item=1, quantity=1, cost=50)], outcome='bought',
                              order=i + 1, **{'return': at + 100}))
            lines.append(dict(client=2, call=at + 200, op='read', item=1, stock=99 - i, cost=50, **{'return': at + 300}))
        lines.append(dict(client=3, call=61_000, op='read', item=1, stock=41, cost=50, source='cache', **{'return': 61_500}))
        folder = Path(tempfile.mkdtemp(prefix='bookstored-test-'))
        self.addCleanup(shutil.rmtree, folder)
        history, drawn = folder / 'history.jsonl', folder / 'why.svg'
        history.write_text(''.join(json.dumps(line) + '\n' for line in lines))
        done = bookstorectl('check-history', history, f'--svg={drawn}')
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn('client 3 saw item 1: stock 41 at 50', done.stdout)
        self.assertIn('At first it was stock', done.stdout)
        root = xml.etree.ElementTree.parse(drawn).getroot()
        classes = [e.get('class') for e in root.iter(f'{SVG}rect')]
        self.assertEqual(1, classes.count('misfit'))
        self.assertLess(len(classes), 8)
        texts = [e.text for e in root.iter(f'{SVG}text')]
        self.assertIn('read: stock 41 at 50', texts)
        self.assertIn('client 3', texts)
        self.assertEqual([], list(root.iter(f'{SVG}script')))
        self.assertEqual(2, bookstorectl('check-history', history, '--svg=/nonexistent/x').returncode)


if __name__ == '__main__':
    unittest.main()
