"""Every row of the catalog's and the order server's API, with all its errors."""
import unittest

from support import http
from support.shop import STEADY, Shop, wait_until


class InternalApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shop = Shop(catalogs=2, orders=2, frontends=1, settings=STEADY).__enter__()
        cls.addClassCleanup(cls.shop.__exit__, None, None, None)
        cls.shop.start()

    def update(self, replica, item, **change):
        return http.request(self.shop['catalog', replica].address, 'POST', f'/update?item={item}', change)

    def assertProblem(self, answer, status):
        self.assertEqual((status, 'application/problem+json'), (answer.status, answer.headers['Content-Type']), answer.text)
        self.assertEqual(status, answer.json()['status'])

    def test_query_at_every_catalog(self):
        for p in self.shop.of('catalog'):
            books = p.get('/query?topic=gs')
            self.assertEqual([3, 4, 6, 7], [b['id'] for b in books.json()['books']])
            self.assertGreater(int(books.headers['Bookstore-Version']), 0)
            self.assertEqual(f'replica {p.id}', books.headers['Bookstore-Source'])
            self.assertEqual([2], [b['id'] for b in p.get('/query?item=2').json()['books']])
            self.assertProblem(p.get('/query?item=99'), 404)
            self.assertEqual({'books': []}, p.get('/query?topic=none').json())
            for wrong in ('/query', '/query?item=x', '/query?item=0'):
                self.assertProblem(p.get(wrong), 400)

    def test_an_update_at_any_replica_is_shown_by_every_replica(self):
        for replica in (0, 1):
            before = self.shop['catalog', 0].get('/query?item=3').json()['books'][0]
            answer = self.update(replica, 3, delta=2, cost=before['cost'] + 10)
            self.assertEqual(200, answer.status, answer.text)
            after = answer.json()['books'][0]
            self.assertEqual((before['stock'] + 2, before['cost'] + 10), (after['stock'], after['cost']))
            for p in self.shop.of('catalog'):
                self.assertEqual([after], p.get('/query?item=3').json()['books'])
            self.assertEqual([after], self.shop.get('/lookup?item=3').json()['books'])

    def test_an_update_drops_the_frontends_copy_before_it_is_answered(self):
        for _ in range(20):
            self.shop.get('/lookup?item=4')
            after = self.update(0, 4, delta=1).json()['books'][0]
            self.assertEqual([after], self.shop.get('/lookup?item=4').json()['books'])

    def test_updates_that_are_refused(self):
        self.assertProblem(self.update(0, 99, delta=1), 404)
        before = self.shop.get('/lookup?item=5').json()
        self.assertProblem(self.update(0, 5, delta=-1000000), 409)
        for wrong in ({}, {'delta': 'x'}, {'cost': -5}, {'delta': 1, 'order': 2}, {'delta': 1, 'unknown': 1}):
            with self.subTest(wrong):
                self.assertProblem(self.update(0, 5, **wrong), 400)
        self.assertProblem(http.request(self.shop['catalog', 0].address, 'POST', '/update?item=5', b'{'), 400)
        self.assertProblem(http.request(self.shop['catalog', 0].address, 'POST', '/update', {'delta': 1}), 400)
        self.assertEqual(before, self.shop.get('/lookup?item=5').json())

    def test_what_was_passed_on_is_never_passed_on_again(self):
        leader = self.shop.wait_leader('catalog')
        other = next(p for p in self.shop.of('catalog') if p is not leader)
        stock = self.shop.get('/lookup?item=2').json()['books'][0]['stock']
        self.assertEqual(503, self.update(other.id, 2, delta=1, order=0).status)
        self.assertEqual(200, self.update(leader.id, 2, delta=1, order=0).status)
        self.assertEqual(stock + 1, self.shop.get('/lookup?item=2').json()['books'][0]['stock'])

    def test_heartbeats_of_both_roles(self):
        for role in ('catalog', 'order'):
            for p in self.shop.of(role):
                beat = p.get('/heartbeat').json()
                self.assertEqual(('up', role, p.id, True), (beat['status'], beat['role'], beat['id'], beat['ready']))
                self.assertIsInstance(beat['leader'], bool)
                self.assertGreater(beat['version'], 0)
                self.assertRegex(beat['digest'], '^[0-9a-f]{16}$')

    def test_equal_versions_have_equal_digests(self):
        def beats(role):
            shown = [p.get('/heartbeat').json() for p in self.shop.of(role)]
            return shown if len({b['version'] for b in shown}) == 1 else None
        for role in ('catalog', 'order'):
            shown = wait_until(lambda r=role: beats(r), what=f'{role} replicas at one version')
            self.assertEqual(1, len({b['digest'] for b in shown}))

    def test_resync_is_the_whole_catalogue_in_id_order(self):
        books = self.shop.wait_agreement()
        self.assertEqual(list(range(1, 8)), [b['id'] for b in books])

    def test_buying_at_an_order_server_directly(self):
        for p in self.shop.of('order'):
            self.update(0, 1, delta=3)
            text = p.get('/buy?item=1')
            self.assertEqual((200, 'Bought How to get a good grade in 677 in 20 minutes a day'), (text.status, text.text))
            number = int(text.headers['Bookstore-Order'])
            for q in self.shop.of('order'):
                self.assertEqual(number, q.get(f'/v1/orders/{number}').json()['order'])
            order = http.request(p.address, 'POST', '/v1/orders', {'lines': [{'item': 1, 'quantity': 1}]})
            self.assertEqual((201, number + 1), (order.status, order.json()['order']))
            self.assertProblem(http.request(p.address, 'POST', '/buy?item=99'), 404)
            self.assertProblem(http.request(p.address, 'POST', '/buy'), 400)
            self.assertProblem(p.get('/v1/orders/99999'), 404)


if __name__ == '__main__':
    unittest.main()
