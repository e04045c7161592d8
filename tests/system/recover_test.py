"""A majority is lost for good: `bookstorectl recover`, on real processes."""
import shutil
import subprocess
import unittest

from support.shop import BIN, PATIENCE, Shop, wait_until


class Recover(unittest.TestCase):
    def setUp(self):
        self.shop = Shop(catalogs=3, orders=3, frontends=1).__enter__()
        self.addCleanup(self.shop.__exit__, None, None, None)
        self.shop.start()

    def recover(self, role, id_, *arguments, status=0, typed=''):
        done = subprocess.run([str(BIN / 'bookstorectl'), f'--config={self.shop.config}', 'recover', str(self.shop[role, id_].data), *arguments],
                              capture_output=True, text=True, timeout=PATIENCE, input=typed)
        self.assertEqual(status, done.returncode, done.stdout + done.stderr)
        return done.stderr if status else done.stdout

    def lose(self, role, *ids):
        for i in ids:
            self.shop.kill(role, i)
            shutil.rmtree(self.shop[role, i].data)

    def rejoin(self, role, *ids):
        for i in ids:
            self.shop.restart(role, i, '--first-start=0')
        wait_until(lambda: self.shop.voters(role), what='three voters')

    def test_the_shop_goes_on_from_what_is_left_of_both_groups(self):
        for i in range(5):
            self.shop.bought((1, 1), key=f'key-{i}')
        self.shop.wait_agreement()
        wait_until(lambda: all('orders' in p.get('/v1/orders').json() and len(p.get('/v1/orders').json()['orders']) == 5
                               for p in self.shop.of('order')), what='all orders everywhere')
        for role in ('catalog', 'order'):
            self.lose(role, 1, 2)
        for role in ('catalog', 'order'):
            survivor = self.shop[role, 0]
            self.assertIn('used by process', self.recover(role, 0, status=1))
            survivor.stop()
            self.assertIn('--others-are-gone', self.recover(role, 0, status=1))
            self.assertIn('not confirmed', self.recover(role, 0, '--others-are-gone', status=1, typed='no\n'))
            said = self.recover(role, 0, '--others-are-gone', typed=f'{role}\n')
            self.assertIn('What may be lost', said)
            self.assertIn('generation 1', said)
        for role in ('catalog', 'order'):
            self.shop[role, 0].start()
        self.shop.bought((2, 1), key='after')
        for role in ('catalog', 'order'):
            self.rejoin(role, 1, 2)
        self.assertEqual([f'key-{i}' for i in range(5)] + ['after'],
                         [o['key'] for o in self.shop['order', 2].get('/v1/orders').json()['orders']])
        done = subprocess.run([str(BIN / 'bookstorectl'), f'--config={self.shop.config}', 'audit', f'--wait={PATIENCE}'], capture_output=True,
                              text=True, timeout=3 * PATIENCE)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.shop.kill('order', 0)
        self.shop.bought((2, 1))

    def test_orders_that_a_recovery_lost_are_written_anew_from_their_sales(self):
        """As docs/operations.md says: a backup of what there is, restored."""
        def run_ctl(*arguments):
            done = subprocess.run([str(BIN / 'bookstorectl'), f'--config={self.shop.config}', *map(str, arguments)], capture_output=True,
                                  text=True, timeout=3 * PATIENCE)
            return done.returncode, done.stdout + done.stderr

        def ctl(*arguments):
            status, said = run_ctl(*arguments)
            self.assertEqual(0, status, said)

        self.shop.bought((1, 1), key='early')
        wait_until(lambda: len(self.shop['order', 0].get('/v1/orders').json()['orders']) == 1, what='the first order everywhere')
        self.shop.kill('order', 0)
        for key in ('late-0', 'late-1'):
            self.shop.bought((1, 2), key=key)
        wait_until(lambda: self.shop['catalog', 0].get('/resync').headers['Bookstore-Unsettled'] == '0', what='the sales being settled')
        self.lose('order', 1, 2)
        self.recover('order', 0, '--others-are-gone', '--yes')
        self.shop['order', 0].start()
        wait_until(lambda: self.shop['order', 0].ready(), what='the one that is left')
        self.rejoin('order', 1, 2)

        def judged():   # what may be a sale under way is busy until nothing changes any more
            status, said = run_ctl('audit', '--wait=2')
            self.assertIn(status, (1, 3), said)
            return said if status == 1 else None
        self.assertIn('item 1: 5 copies gone, 1 on order', wait_until(judged, what='a verdict'))

        saved = self.shop.folder / 'shop.backup'
        ctl('backup', saved)
        for p in self.shop.processes.values():
            p.kill()
            shutil.rmtree(p.data)
        for role in ('catalog', 'order'):
            ctl('restore', saved, self.shop[role, 0].data, f'--role={role}')
        self.shop.start()
        wait_until(lambda: len(self.shop['order', 0].get('/v1/orders').json()['orders']) == 3, what='the lost orders')
        ctl('audit', f'--wait={PATIENCE}')
        again = self.shop.order((1, 2), key='late-1')
        self.assertEqual((201, 'late-1', 2), (again.status, again.json()['key'], again.json()['lines'][0]['quantity']))
        self.assertEqual(0, self.shop.wait_agreement()[0]['stock'])

    def test_it_is_refused_where_it_is_not_needed(self):
        self.shop['catalog', 0].stop()
        self.assertIn('is up', self.recover('catalog', 0, '--others-are-gone', '--yes', status=1))
        self.shop['catalog', 1].stop()
        self.assertIn('is up', self.recover('catalog', 0, '--others-are-gone', '--yes', status=1))
        self.shop['catalog', 2].stop()
        self.assertIn('a majority is left', self.recover('catalog', 0, str(self.shop['catalog', 1].data),
                                                               '--others-are-gone', '--yes', status=1))
        for i in range(3):
            self.shop['catalog', i].start()
        self.shop.wait_ready()
        self.shop.bought((1, 1))

    def test_a_former_member_that_comes_back_is_refused_and_told(self):
        self.shop.bought((1, 1))
        for i in range(3):
            self.shop['order', i].stop()
        self.recover('order', 0, '--others-are-gone', '--yes')
        self.shop['order', 0].start()
        wait_until(self.shop['order', 0].ready, what='the one that is left')
        former = self.shop['order', 1]
        former.start()

        def told():
            try:
                return 'refounded without this replica' in former.get('/readyz').text
            except OSError: # it does not listen yet
                return False
        wait_until(told, what='it being told')
        self.assertFalse(former.ready())
        former.stop()
        shutil.rmtree(former.data)
        self.shop.restart('order', 1, '--first-start=0')
        self.shop.bought((1, 1))


if __name__ == '__main__':
    unittest.main()
