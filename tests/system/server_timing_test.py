"""A request that asks for it is split by tier, and the parts add up."""
import time
import unittest

from support import http
from support.shop import STEADY, Shop, wait_until
from support.timing import ASK, split


class ServerTiming(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shop = cls.enterClassContext(Shop(catalogs=2, orders=2, frontends=1, settings=STEADY))
        cls.shop.start()

    def timed(self, method, target, address=None):
        """(answer, milliseconds that the client waited, {tier: ms})"""
        began = time.perf_counter()
        answer = http.request(address or self.shop.frontend().address, method, target, headers=ASK)
        waited = (time.perf_counter() - began) * 1000
        self.assertEqual(200, answer.status, answer.text)
        return answer, waited, split(answer.headers.get('Server-Timing'))

    def assert_adds_up(self, waited, tiers, *expected):
        """Each tier lies within the one above it, and all within what the client saw."""
        self.assertEqual(list(expected), list(tiers))
        times = [waited, *tiers.values()]
        self.assertEqual(sorted(times, reverse=True), times, tiers)

    def test_a_purchase_passes_three_tiers(self):
        for _ in range(3):
            answer, waited, tiers = self.timed('POST', '/buy?item=1')
            self.assertIn('Bought', answer.text)
            self.assert_adds_up(waited, tiers, 'frontend', 'order', 'catalog')
            self.assertGreater(tiers['catalog'], 0)                     # two disks at least
            self.assertGreater(tiers['order'], tiers['catalog'])        # and two more for the book

    def test_a_miss_passes_two_and_a_hit_one(self):
        for target in ('/lookup?item=5', '/search?topic=gs', '/v1/books/5', '/v1/books?topic=gs'):
            answer, waited, tiers = self.timed('GET', target)
            self.assertIn('replica', answer.headers['Bookstore-Source'])
            self.assert_adds_up(waited, tiers, 'frontend', 'catalog')

            def hit(target=target):
                answer, waited, tiers = self.timed('GET', target)
                return (waited, tiers) if answer.headers['Bookstore-Source'] == 'cache' else None
            self.assert_adds_up(*wait_until(hit, what='a hit'), 'frontend')

    def test_the_other_tiers_can_be_asked_themselves(self):
        _, waited, tiers = self.timed('POST', '/buy?item=2', self.shop['order', 0].address)
        self.assert_adds_up(waited, tiers, 'order', 'catalog')
        _, waited, tiers = self.timed('GET', '/query?item=2', self.shop['catalog', 1].address)
        self.assert_adds_up(waited, tiers, 'catalog')

    def test_who_does_not_ask_is_told_nothing(self):
        for answer in (self.shop.get('/lookup?item=3'), self.shop.get('/lookup?item=3'), self.shop.post('/buy?item=3')):
            self.assertNotIn('Server-Timing', answer.headers)


if __name__ == '__main__':
    unittest.main()
