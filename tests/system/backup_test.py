"""`bookstorectl backup`, `verify FILE` and `restore`: a shop under load is saved, lost, and opened again from the file."""
import json
import shutil
import sqlite3
import subprocess
import unittest
from pathlib import Path

from support.buyers import Buyers
from support.shop import BIN, PATIENCE, Shop, wait_until


class Backup(unittest.TestCase):
    def setUp(self):
        books = [{'id': i, 'title': f'Book {i}', 'topic': 'ds', 'cost': 5, 'stock': 100_000} for i in (1, 2)]
        self.shop = Shop(catalogs=2, orders=3, frontends=1, books=books).__enter__()
        self.addCleanup(self.shop.__exit__, None, None, None)
        self.file = self.shop.folder / 'shop.backup'

    def run_ctl(self, *arguments):
        return subprocess.run([str(BIN / 'bookstorectl'), f'--config={self.shop.config}', *map(str, arguments)], capture_output=True, text=True,
                              timeout=3 * PATIENCE)

    def ctl(self, *arguments, status=0):
        done = self.run_ctl(*arguments)
        self.assertEqual(status, done.returncode, done.stdout + done.stderr)
        return done.stderr if status == 2 else done.stdout + done.stderr

    def orders(self, replica):
        found, after = {}, 0
        while after is not None:
            page = replica.get(f'/v1/orders?after={after}').json()
            found.update({o['key']: o['order'] for o in page['orders']})
            after = page['next']
        return found

    def test_a_shop_under_load_is_saved_lost_and_opened_again(self):
        self.shop.start()
        with Buyers(self.shop, clients=4, items=(1, 2)) as buyers:
            buyers.wait_for(100)
            before = dict(buyers.answered)
            said = json.loads(self.ctl('--output=json', 'backup', self.file))
            buyers.wait_for(50)
        self.assertGreaterEqual(said['orders'], len(before))
        self.assertIn('found to be right', self.ctl('verify', self.file))
        for p in self.shop.processes.values():
            p.kill()
            shutil.rmtree(p.data)

        for role in ('catalog', 'order'):
            self.ctl('restore', self.file, self.shop[role, 0].data, f'--role={role}')
            self.assertIn('clean', self.ctl('verify', self.shop[role, 0].data))
            self.assertIn('not empty', self.ctl('restore', self.file, self.shop[role, 0].data, f'--role={role}', status=1))
        self.shop.start()

        for role in ('catalog', 'order'):
            wait_until(lambda role=role: self.shop.voters(role), what=f'every {role} having its vote')
        for p in self.shop.of('order'):
            after = self.orders(p)
            for key, number in before.items():
                self.assertEqual(number, after.get(key), f'{key} at {p.name}')
        self.shop.bought((1, 1))
        self.ctl('audit', f'--wait={PATIENCE}') # sales that were under way are confirmed then
        self.shop.kill('order', 0) # the others are full members
        self.shop.bought((1, 1))

    def test_a_flipped_byte_is_found_and_nothing_is_restored_of_it(self):
        self.shop.start()
        self.shop.bought((1, 1))
        self.ctl('backup', self.file)
        self.assertIn('exists', self.ctl('backup', self.file, status=1))
        whole = self.file.read_bytes()
        for at in (3, len(whole) // 3, len(whole) // 2, len(whole) - 20, len(whole) - 1):
            with self.subTest(at=at):
                self.file.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1:])
                self.ctl('verify', self.file, status=1)
                self.ctl('restore', self.file, self.shop.folder / 'empty', '--role=order', status=1)
                self.assertFalse((self.shop.folder / 'empty' / 'order').exists())
        self.file.write_bytes(whole[:-100])
        self.ctl('verify', self.file, status=1)

    def test_a_flipped_byte_in_log_or_state_is_found(self):
        self.shop.start()
        self.shop.bought((1, 1), key='a-key-to-find')
        wait_until(lambda: len(self.orders(self.shop['order', 1])) == 1, what='the order everywhere')
        replica = self.shop['order', 1]
        self.assertIn('used by process', self.ctl('verify', replica.data, status=1))
        replica.stop()
        self.assertIn('clean', self.ctl('verify', replica.data))
        for pattern in ('log/*', 'state.db'):
            for file in Path(replica.data / 'order').glob(pattern):
                whole = file.read_bytes()
                if b'a-key-to-find' not in whole:
                    continue
                with self.subTest(file=file.name):
                    # Each of them: one may be where a row once was that has been written anew since.
                    file.write_bytes(whole.replace(b'a-key-to-find', b'`-key-to-find'))
                    self.assertIn('damaged', self.ctl('verify', replica.data, status=1))
                    file.write_bytes(whole)
        self.assertIn('clean', self.ctl('verify', replica.data))

    def test_the_rows_of_a_running_shop_are_read_and_compared(self):
        self.shop.start()
        self.shop.bought((1, 1), key='a-key')
        wait_until(lambda: all(len(self.orders(p)) == 1 for p in self.shop.of('order')), what='the order everywhere')

        def verified():
            done = self.run_ctl('--output=json', 'verify')
            said = json.loads(done.stdout)
            self.assertEqual(['catalog 0', 'catalog 1', 'order 0', 'order 1', 'order 2'], sorted(c['file'] for c in said['checked']))
            return done.returncode, {c['file']: c['result'] for c in said['checked']}
        wait_until(lambda: set(verified()[1].values()) == {'sound'}, what='all at one version')
        victim = self.shop['order', 1]

        def noticed(): # the settler comes after the order and writes its row once more, perhaps after it was changed here
            with sqlite3.connect(victim.data / 'order' / 'state.db', timeout=PATIENCE) as db:
                db.execute('pragma synchronous = off')  # holds up the replica's own writes no longer than it must
                self.assertEqual(1, db.execute("update orders set key = 'another' where number = 1").rowcount)
            db.close()
            status, results = verified()
            damaged = [file for file, result in results.items() if result == 'damaged']
            self.assertIn((status, damaged), ((1, ['order 1']), (0, [])), results)
            return bool(damaged)
        wait_until(noticed, what='the changed row')


if __name__ == '__main__':
    unittest.main()
