"""Any one process is killed with -9 under a load of buys; then all of them at once. Nothing answered is lost,
nothing is sold twice, and whoever comes back agrees with the others."""
import unittest

from support import http
from support.buyers import Buyers
from support.shop import UNHURRIED, Shop, wait_until

STOCK = 100_000
BOOKS = [{'id': i, 'title': f'Book {i}', 'topic': 'ds', 'cost': 100, 'stock': STOCK} for i in range(1, 6)]
ITEMS = range(1, 6)


def check_books(test, shop, buyers):
    """Copies gone = orders, every answered order readable, numbers without gaps, replicas agree."""
    test.assertEqual([], buyers.wrong)
    test.assertEqual([], buyers.unfinished)
    last = max(buyers.answered.values())
    numbers = set(buyers.answered.values())
    test.assertEqual(len(numbers), len(buyers.answered), 'two keys got one order')
    test.assertEqual(set(range(1, last + 1)), numbers, 'numbers have gaps')

    def sold():
        books = shop.wait_agreement()
        return sum(STOCK - b['stock'] for b in books) == last
    wait_until(sold, what=f'{last} copies gone for {last} orders')
    reader = http.Connection(shop.frontend().address)
    for key, number in buyers.answered.items():
        answer = wait_until(lambda: (a := reader.request('GET', f'/v1/orders/{number}')).status != 503 and a, what=f'an answer about order {number}')
        test.assertEqual((200, key), (answer.status, answer.json()['key']))
    reader.close()


class KillingOneProcess(unittest.TestCase):
    def kill_each_in_turn(self, shop, victims):
        shop.start()
        with Buyers(shop, clients=6, items=ITEMS) as buyers:
            buyers.wait_for(50)
            for role, id_ in victims:
                with self.subTest(f'{role}-{id_}'):
                    shop.kill(role, id_)
                    buyers.wait_for(100)
                    shop.restart(role, id_)
                    buyers.wait_for(20)
        check_books(self, shop, buyers)

    def test_the_originals_layout_with_two_frontends(self):
        with Shop(catalogs=2, orders=2, frontends=2, books=BOOKS) as shop:
            self.kill_each_in_turn(shop, list(shop.processes))

    def test_three_of_each(self):
        with Shop(catalogs=3, orders=3, frontends=2, books=BOOKS) as shop:
            self.kill_each_in_turn(shop, list(shop.processes))

    def test_the_only_frontend_restarts(self):
        with Shop(catalogs=2, orders=2, frontends=1, books=BOOKS) as shop:
            shop.start()
            with Buyers(shop, clients=6, items=ITEMS) as buyers:
                for _ in range(3):
                    buyers.wait_for(50)
                    shop.kill('frontend', 0)
                    shop.restart('frontend', 0)
                buyers.wait_for(50)
            check_books(self, shop, buyers)

    def test_the_leaders_over_and_over(self):
        with Shop(catalogs=3, orders=3, frontends=2, books=BOOKS) as shop:
            shop.start()
            with Buyers(shop, clients=6, items=ITEMS) as buyers:
                for role in ('catalog', 'order') * 3:
                    buyers.wait_for(30)
                    leader = shop.wait_leader(role)
                    leader.kill()
                    buyers.wait_for(30)
                    shop.restart(leader.role, leader.id)
            check_books(self, shop, buyers)

    def test_a_replica_that_was_away_resynchronises(self):
        with Shop(catalogs=2, orders=2, frontends=1, books=BOOKS, settings=UNHURRIED) as shop:
            shop.start()
            shop.kill('catalog', 1)
            wait_until(lambda: shop.get('/crashed?id=1').text == 'True', what='the frontend noticing')
            self.assertEqual({'0'}, {shop.get('/getcatalog').text for _ in range(4)})
            for _ in range(20):
                shop.bought((1, 1))
            shop.restart('catalog', 1)
            books = shop.wait_agreement()
            self.assertEqual(STOCK - 20, books[0]['stock'])
            wait_until(lambda: shop.get('/crashed?id=1').text == 'False', what='the frontend noticing its return')
            wait_until(lambda: {shop.get('/getcatalog').text for _ in range(4)} == {'0', '1'}, what='both in turn')


class KillingEverything(unittest.TestCase):
    def test_all_processes_at_once(self):
        for layout in (dict(catalogs=2, orders=2, frontends=1), dict(catalogs=3, orders=3, frontends=2)):
            with self.subTest(layout), Shop(**layout, books=BOOKS) as shop:
                shop.start()
                with Buyers(shop, clients=6, items=ITEMS) as buyers:
                    for _ in range(2):
                        buyers.wait_for(50)
                        for p in shop.processes.values():
                            p.popen.kill()
                        for p in shop.processes.values():
                            p.kill()
                            p.start()
                        shop.wait_ready()
                    buyers.wait_for(50)
                check_books(self, shop, buyers)


class MajorityLost(unittest.TestCase):
    def test_without_a_majority_nothing_is_guessed(self):
        with Shop(catalogs=3, orders=3, frontends=1) as shop:
            shop.start()
            wait_until(lambda: shop.get('/lookup?item=1').status == 200, what='a read')
            shop.kill('catalog', 0), shop.kill('catalog', 1)

            def refused():
                answer = shop.get('/lookup?item=1')
                return answer if answer.status == 503 else None
            answer = wait_until(refused, what='a read being refused')
            self.assertIn('Retry-After', answer.headers)
            answer = shop.order((1, 1))
            self.assertEqual(503, answer.status)
            self.assertIn('Retry-After', answer.headers)
            shop.restart('catalog', 0)
            wait_until(lambda: shop.get('/lookup?item=1').status == 200, what='reads')
            shop.bought((1, 1))


if __name__ == '__main__':
    unittest.main()
