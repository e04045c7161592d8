"""A process whose leases would rest on other timings than the others' takes no part, and harms nobody."""
import unittest

from support.shop import UNHURRIED, Shop, wait_until

COMPLAINT = 'configured differently'


class Timings(unittest.TestCase):
    def test_a_replica_with_another_lease_is_not_listened_to(self):
        with Shop(catalogs=3, orders=1, frontends=1, settings=UNHURRIED) as shop:
            shop.start()
            odd = shop['catalog', 1]
            self.assertEqual(0, odd.stop())
            odd.start('--cache.lease-ms=2000')
            wait_until(lambda: odd.log.exists() and COMPLAINT in odd.log.read_text(), what='its complaint')
            others = [shop['catalog', 0], shop['catalog', 2]]
            wait_until(lambda: any(COMPLAINT in p.log.read_text() for p in others), what='the others\' complaint')
            line = next(line for line in odd.log.read_text().splitlines() if COMPLAINT in line)
            self.assertIn('lease-ms: 2000', line)
            self.assertIn('lease-ms: 1000', line)

            # It heard of no leader; the others go on.
            self.assertFalse(odd.ready())
            self.assertIn(COMPLAINT, odd.get('/readyz').json()['detail'])
            answer = shop.get('/buy?item=1')
            self.assertEqual(200, answer.status, answer.body)
            self.assertFalse(odd.ready())

            self.assertEqual(0, odd.stop())
            shop.restart('catalog', 1)

    def test_the_first_replica_that_is_asked_is_the_odd_one(self):
        # Whoever starts knows of no leader and asks catalog 0 first. Its refusal must send them on to the next.
        with Shop(catalogs=3, orders=1, frontends=1, settings=UNHURRIED) as shop:
            shop.start()
            odd = shop['catalog', 0]
            self.assertEqual(0, odd.stop())
            odd.start('--cache.lease-ms=2000')
            wait_until(lambda: COMPLAINT in odd.log.read_text(), what='its complaint')
            for role in ('order', 'frontend'):
                self.assertEqual(0, shop[role, 0].stop())
                shop.restart(role, 0)
            answer = shop.get('/buy?item=1')
            self.assertEqual(200, answer.status, answer.body)


if __name__ == '__main__':
    unittest.main()
