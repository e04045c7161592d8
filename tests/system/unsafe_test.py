"""The switches that break promises do so, say so, and must be everybody's."""
import subprocess
import unittest

from support import http
from support.shop import BIN, UNHURRIED, Shop, wait_until

SPELT_OUT = 'for-measurement-only'
COMPLAINT = 'configured differently'


class Unsafe(unittest.TestCase):
    def assert_told(self, shop, key):
        for process in shop.processes.values():
            self.assertRegex(process.log.read_text(), rf'UNSAFE.*{key}')
        self.assertEqual([key], shop.get('/v1/status').json()['unsafe'])
        shown = subprocess.run([BIN / 'bookstorectl', f'--endpoints={shop.frontend().address}', 'status'],
                               capture_output=True, text=True, check=True).stdout
        self.assertIn(f'UNSAFE, for measurement only: {key}', shown)

    def test_without_a_cache_every_read_asks_a_replica(self):
        with Shop(settings=f'{UNHURRIED}[unsafe]\nno-cache = {SPELT_OUT}\n') as shop:
            shop.start()
            for _ in range(3):
                self.assertIn('replica', shop.get('/lookup?item=1').headers['Bookstore-Source'])
            self.assertEqual(0, shop.get('/v1/status').json()['cache']['hits'])
            self.assert_told(shop, 'no-cache')

    def test_without_invalidation_a_cached_answer_stays(self):
        with Shop(settings=f'{UNHURRIED}[cache]\nlease-ms = 5000\n[unsafe]\nno-invalidation = {SPELT_OUT}\n') as shop:
            shop.start()
            before = shop.get('/lookup?item=1').json()['books'][0]['stock']
            self.assertIn('Bought', shop.post('/buy?item=1').text)
            after = shop.get('/lookup?item=1')
            self.assertEqual('cache', after.headers['Bookstore-Source'])
            self.assertEqual(before, after.json()['books'][0]['stock'])     # stale: that is what it says
            self.assertEqual(before - 1, shop.wait_agreement()[0]['stock'])
            self.assert_told(shop, 'no-invalidation')

    def test_a_frontend_that_trusts_its_cache_is_not_listened_to_by_leaders_that_do_not_invalidate(self):
        with Shop(catalogs=3, orders=1, frontends=2, settings=f'[unsafe]\nno-invalidation = {SPELT_OUT}\n') as shop:
            safe = shop.folder / 'safe.conf'
            safe.write_text(shop.config.read_text().split('[unsafe]')[0])
            odd = shop['frontend', 1]
            odd.config = safe
            for process in shop.processes.values():
                process.start()
            for process in shop.processes.values():
                if process is not odd:
                    wait_until(process.ready, what=f'{process.name} being ready')
            wait_until(lambda: odd.log.exists() and COMPLAINT in odd.log.read_text(), what='its complaint')
            self.assertFalse(odd.ready())
            self.assertEqual(503, http.request(odd.address, 'GET', '/lookup?item=1').status)

    def test_a_safe_shop_says_nothing_of_it(self):
        with Shop(catalogs=1, orders=1) as shop:
            shop.start()
            self.assertNotIn('unsafe', shop.get('/v1/status').json())
            self.assertNotIn('UNSAFE', ''.join(p.log.read_text() for p in shop.processes.values()))


if __name__ == '__main__':
    unittest.main()
