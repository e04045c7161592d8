"""bookstorectl, the scripts, the units and the manual pages, as a user meets them."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from support.shop import BIN, PATIENCE, STEADY, TOP, Shop


class Bookstorectl(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shop = Shop(catalogs=2, orders=2, frontends=2, settings=STEADY).__enter__()
        cls.addClassCleanup(cls.shop.__exit__, None, None, None)
        cls.shop.start()
        cls.endpoints = ','.join(f.address for f in cls.shop.of('frontend'))

    def ctl(self, *arguments, endpoints=None, status=0):
        done = subprocess.run([str(BIN / 'bookstorectl'), '--endpoints', endpoints or self.endpoints, *arguments], capture_output=True,
                              text=True, timeout=PATIENCE)
        self.assertEqual(status, done.returncode, done.stdout + done.stderr)
        return done.stderr if status else done.stdout

    def json(self, *arguments):
        return json.loads(self.ctl('--output=json', *arguments))

    def test_search_and_lookup(self):
        self.assertIn('RPCs for Dummies', self.ctl('search', 'ds'))
        self.assertEqual([1, 2, 5], [b['id'] for b in self.json('search', 'ds')['books']])
        self.assertIn('Spring in the Pioneer Valley', self.ctl('search', '--query', 'pioneer'))
        self.assertIn('RPCs for Dummies', self.ctl('lookup', '2'))
        self.assertIn('99', self.ctl('lookup', '99', status=1))

    def test_buy_restock_price_and_order(self):
        self.ctl('restock', '1', '5')
        bought = self.json('buy', '1')
        self.assertIn('How to get a good grade', self.ctl('order', str(bought['order'])))
        self.ctl('price', '3', '333')
        self.assertEqual(333, self.json('lookup', '3')['cost'])
        self.ctl('order', '424242', status=1)

    def test_a_key_buys_once(self):
        self.ctl('restock', '2', '5')
        self.assertEqual(self.json('buy', '2', '--key', 'once')['order'], self.json('buy', '2', '--key', 'once')['order'])

    def test_out_of_stock_is_a_failure(self):
        self.json('restock', '7', str(-self.json('lookup', '7')['stock']))
        self.assertIn('tock', self.ctl('buy', '7', status=1))

    def test_status_shows_all(self):
        shown = self.ctl('status')
        for p in self.shop.of('catalog') + self.shop.of('order'):
            self.assertIn(p.address, shown)

    def test_fail_over_to_the_next_endpoint(self):
        self.assertIn('RPCs', self.ctl('lookup', '2', endpoints=f'127.0.0.1:1,{self.endpoints}'))
        self.assertIn('127.0.0.1:1', self.ctl('lookup', '2', endpoints='127.0.0.1:1', status=1))

    def test_simulate(self):
        shown = self.ctl('simulate', '--interval', '0.02', '--count', '12')
        self.assertGreaterEqual(len(shown.splitlines()), 12)

    def test_bad_usage(self):
        for wrong in (('fly',), ('lookup',), ('lookup', 'x'), ('buy', '1', '--colour'), ()):
            with self.subTest(wrong):
                self.assertTrue(self.ctl(*wrong, status=2))


class Scripts(unittest.TestCase):
    def run_script(self, name, *arguments, status=0):
        done = subprocess.run([str(TOP / 'scripts' / name), *arguments], capture_output=True, text=True, timeout=3 * PATIENCE, env=self.environment)
        self.assertEqual(status, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def test_a_local_cluster_from_start_to_stop(self):
        with Shop(catalogs=2, orders=2, frontends=1) as shop:      # only for its configuration file; nothing of it runs
            run = shop.folder / 'run'
            self.environment = {**os.environ, 'SHOP_RUN': str(run), 'SHOP_BIN': str(BIN)}
            try:
                started = self.run_script('run-local', str(shop.config))
                self.assertEqual(5, len(started.splitlines()))
                self.assertIn(shop['catalog', 1].address, self.run_script('status'))
                self.run_script('kill-replica', 'catalog', '1', '-9')
                self.run_script('kill-replica', 'catalog', '1', '-9', status=1)
                self.run_script('kill-replica', 'catalog', '7', '-9', status=1)
                self.assertIn('serves again', self.run_script('restart-replica', 'catalog', '1'))
                self.assertIn('serves again', self.run_script('restart-replica', 'order', '0'))
            finally:
                self.run_script('run-local', '--stop')
            self.assertEqual([], list(run.glob('*/pid')))

    @unittest.skipUnless(shutil.which('shellcheck'), 'shellcheck is not installed')
    def test_scripts_pass_shellcheck(self):
        scripts = [f for f in (TOP / 'scripts').rglob('*') if f.is_file() and f.read_bytes()[:9] in (b'#!/bin/sh', b'# shellch')]
        scripts += (TOP / 'tests' / 'sim').rglob('hunt-mutants')
        self.assertGreater(len(scripts), 28)
        done = subprocess.run(['shellcheck', '-x', *map(str, scripts), str(TOP / '.ci' / 'run')], cwd=TOP, capture_output=True, text=True)
        self.assertEqual('', done.stdout)


class Units(unittest.TestCase):
    @unittest.skipUnless(shutil.which('systemd-analyze'), 'systemd-analyze is not installed')
    def test_systemd_finds_no_fault(self):
        # An instance is verified, and its program must exist: both are made in a scratch folder.
        with tempfile.TemporaryDirectory() as folder:
            for role in ('catalog', 'order', 'frontend'):
                text = (TOP / 'systemd' / 'bookstored@.service').read_text().replace('/usr/bin/bookstored', str(BIN / 'bookstored'))
                unit = Path(folder) / f'bookstored@{role}-0.service'
                unit.write_text(text)
            shutil.copy(TOP / 'systemd' / 'bookstored.target', folder)
            units = sorted(map(str, Path(folder).iterdir()))
            done = subprocess.run(['systemd-analyze', 'verify', '--man=no', *units], capture_output=True, text=True)
            ours = [line for line in done.stderr.splitlines() if 'bookstored' in line]
            self.assertEqual([], ours)
            self.assertEqual(0, done.returncode, done.stderr)


class Manuals(unittest.TestCase):
    @unittest.skipUnless(shutil.which('mandoc'), 'mandoc is not installed')
    def test_manual_pages_have_no_warnings(self):
        pages = sorted((TOP / 'docs' / 'man').iterdir())
        self.assertGreaterEqual(len(pages), 3)
        done = subprocess.run(['mandoc', '-Tlint', '-Wwarning', *map(str, pages)], capture_output=True, text=True)
        self.assertEqual('', done.stdout)


if __name__ == '__main__':
    unittest.main()
