"""Many clients buy everything there is: what was sold is what there was."""
import collections
import unittest

from support import http
from support.buyers import Buyers
from support.shop import PATIENCE, Shop


class Buyout(unittest.TestCase):
    def test_64_clients_buy_out_a_catalogue(self):
        stock = {item: 40 + item for item in range(1, 11)}
        books = [{'id': i, 'title': f'Book {i}', 'topic': 'ds', 'cost': 10 * i, 'stock': n} for i, n in stock.items()]
        with Shop(catalogs=3, orders=3, frontends=2, books=books) as shop:
            shop.start()
            total = sum(stock.values())
            sold = collections.Counter()
            numbers = []
            for item, copies in stock.items():
                # All clients fight for one item at a time: the hardest case for the last copy.
                with Buyers(shop, clients=64, items=[item]) as buyers:
                    for t in buyers.threads:
                        t.join(3 * PATIENCE)
                self.assertEqual([], buyers.wrong)
                self.assertEqual([], buyers.unfinished)
                self.assertEqual(64, buyers.refused)
                sold[item] = len(buyers.answered)
                numbers += buyers.answered.values()
            self.assertEqual(stock, dict(sold))
            self.assertEqual(list(range(1, total + 1)), sorted(numbers))
            readers = [http.Connection(f.address) for f in shop.of('frontend')]
            for number in numbers:
                self.assertEqual(number, readers[number % 2].request('GET', f'/v1/orders/{number}').json()['order'])
            for reader in readers:
                reader.close()
            self.assertEqual(404, shop.get(f'/v1/orders/{total + 1}').status)
            self.assertEqual({0}, {b['stock'] for b in shop.wait_agreement()})


if __name__ == '__main__':
    unittest.main()
