"""Every row of the frontend's API, on both surfaces, with all its errors."""
import unittest
import uuid

from support import http
from support.shop import STEADY, Shop, wait_until

TITLES = {1: 'How to get a good grade in 677 in 20 minutes a day', 2: 'RPCs for Dummies', 5: 'How to finish Project 3 on time'}


class FrontendApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shop = Shop(catalogs=2, orders=2, frontends=1, settings=STEADY).__enter__()
        cls.addClassCleanup(cls.shop.__exit__, None, None, None)
        cls.shop.start()

    def problem(self, answer, status, *words):
        self.assertEqual(status, answer.status, answer.text)
        self.assertEqual('application/problem+json', answer.headers['Content-Type'])
        told = answer.json()
        self.assertEqual(status, told['status'])
        for member in ('type', 'title', 'detail'):
            self.assertIsInstance(told[member], str)
        for word in words:
            self.assertIn(word, told['detail'])
        return told

    def restock(self, item, copies):
        self.assertEqual(200, self.shop.patch(f'/v1/books/{item}', {'delta': copies}).status)

    def stock(self, item):
        return self.shop.get(f'/v1/books/{item}').json()['stock']

    # The original surface

    def test_search_gives_the_books_of_a_topic_in_id_order(self):
        answer = self.shop.get('/search?topic=ds')
        self.assertEqual(200, answer.status)
        self.assertEqual('application/json', answer.headers['Content-Type'])
        self.assertEqual([1, 2, 5], [b['id'] for b in answer.json()['books']])
        self.assertEqual({'id': 2, 'title': 'RPCs for Dummies', 'topic': 'ds', 'cost': 200}.items(),
                         {k: v for k, v in answer.json()['books'][1].items() if k in ('id', 'title', 'topic', 'cost')}.items())

    def test_search_for_an_unknown_topic_is_empty(self):
        answer = self.shop.get('/search?topic=cooking')
        self.assertEqual((200, {'books': []}), (answer.status, answer.json()))

    def test_search_without_a_topic_is_refused(self):
        self.problem(self.shop.get('/search'), 400, 'topic')

    def test_lookup_gives_one_book(self):
        books = self.shop.get('/lookup?item=2').json()['books']
        self.assertEqual(['RPCs for Dummies'], [b['title'] for b in books])
        self.assertGreaterEqual(books[0]['stock'], 0)

    def test_lookup_refuses_what_is_no_item(self):
        self.problem(self.shop.get('/lookup?item=99'), 404)
        for wrong in ('', '?item=', '?item=0', '?item=-1', '?item=1.5', '?item=two', '?item=99999999999999999999'):
            with self.subTest(wrong):
                self.problem(self.shop.get('/lookup' + wrong), 400, 'item')

    def test_reads_say_their_version_and_where_they_come_from(self):
        def twice():
            self.restock(3, 1)
            first, second = self.shop.get('/lookup?item=3'), self.shop.get('/lookup?item=3')
            self.assertRegex(first.headers['Bookstore-Source'], r'^replica \d$')
            return (first, second) if second.headers['Bookstore-Source'] == 'cache' else None
        first, second = wait_until(twice, what='a read from the cache')  # a lease may run out between them
        self.assertEqual(first.headers['Bookstore-Version'], second.headers['Bookstore-Version'])
        self.assertGreater(int(first.headers['Bookstore-Version']), 0)
        self.assertEqual(first.body, second.body)

    def test_buy_by_get_and_by_post(self):
        self.restock(2, 5)
        before = self.stock(2)
        for method in ('GET', 'POST'):
            answer = http.request(self.shop.frontend().address, method, '/buy?item=2')
            self.assertEqual((200, 'Bought RPCs for Dummies'), (answer.status, answer.text))
            self.assertTrue(answer.headers['Content-Type'].startswith('text/plain'))
            number = int(answer.headers['Bookstore-Order'])
            self.assertEqual(2, self.shop.get(f'/v1/orders/{number}').json()['lines'][0]['item'])
        self.assertEqual(before - 2, self.stock(2))

    def test_buy_says_out_of_stock(self):
        answer = self.shop.get('/v1/books/6')
        self.shop.patch('/v1/books/6', {'delta': -answer.json()['stock']})
        answer = self.shop.post('/buy?item=6')
        self.assertEqual((200, 'Out of Stock'), (answer.status, answer.text))
        self.assertNotIn('Bookstore-Order', answer.headers)

    def test_buy_refuses_what_is_no_item(self):
        self.problem(self.shop.post('/buy?item=99'), 404)
        for wrong in ('', '?item=', '?item=x', '?item=0'):
            with self.subTest(wrong):
                self.problem(self.shop.post('/buy' + wrong), 400, 'item')

    def test_buy_once_per_key(self):
        self.restock(1, 5)
        before = self.stock(1)
        key = {'Idempotency-Key': str(uuid.uuid4())}
        answers = [self.shop.post('/buy?item=1', headers=key) for _ in range(3)]
        self.assertEqual(1, len({a.headers['Bookstore-Order'] for a in answers}))
        self.assertEqual(before - 1, self.stock(1))
        self.problem(self.shop.post('/buy?item=2', headers=key), 422)

    def test_head_never_buys(self):
        before = self.stock(7)
        answer = http.request(self.shop.frontend().address, 'HEAD', '/buy?item=7')
        self.assertEqual(405, answer.status)
        self.assertEqual(before, self.stock(7))

    def test_getcatalog_and_getorder_go_round(self):
        for path in ('/getcatalog', '/getorder'):
            answers = [self.shop.get(path) for _ in range(4)]
            self.assertEqual({200}, {a.status for a in answers})
            self.assertEqual({'0', '1'}, {a.text for a in answers})
            self.assertNotEqual(answers[0].text, answers[1].text)

    def test_crashed(self):
        self.assertEqual('False', self.shop.get('/crashed?id=0').text)
        self.problem(self.shop.get('/crashed?id=2'), 404)
        self.problem(self.shop.get('/crashed'), 400, 'id')
        self.problem(self.shop.get('/crashed?id=first'), 400, 'id')

    def test_invalidate_drops_from_the_cache(self):
        for target, said in (('item=4', 'Successfully invalidated item'), ('topic=gs', 'Successfully invalidated topic')):
            wait_until(lambda: self.shop.get('/lookup?item=4').headers['Bookstore-Source'] == 'cache', what='it being cached')
            answer = self.shop.get('/invalidate?item=4')
            self.assertEqual((200, 'Successfully invalidated item'), (answer.status, answer.text))
            self.assertNotEqual('cache', self.shop.get('/lookup?item=4').headers['Bookstore-Source'])
            self.assertEqual(said, self.shop.get(f'/invalidate?{target}').text)
        self.problem(self.shop.get('/invalidate'), 400)

    # /v1

    def test_books_by_topic_by_words_and_page_by_page(self):
        ids = lambda target: [b['id'] for b in self.shop.get(target).json()['books']]
        self.assertEqual([3, 4, 6, 7], ids('/v1/books?topic=gs'))
        self.assertEqual([1, 5], ids('/v1/books?q=how+to'))
        self.assertEqual([4], ids('/v1/books?q=COOK&topic=gs'))
        self.assertEqual([], ids('/v1/books?q=cook&topic=ds'))
        self.assertEqual([3], ids('/v1/books?q=%22%20AND%20*'))
        self.assertEqual([], ids('/v1/books?q=%22*'))
        seen, cursor = [], ''
        while True:
            page = self.shop.get(f'/v1/books?limit=3{cursor}').json()
            self.assertLessEqual(len(page['books']), 3)
            seen += [b['id'] for b in page['books']]
            if page['next'] is None:
                break
            cursor = f"&after={page['next']}"
        self.assertEqual(seen, sorted(set(seen)))
        self.assertGreaterEqual(set(seen), set(range(1, 8)))

    def test_books_refuses_bad_parameters(self):
        for wrong, word in (('limit=0', 'limit'), ('limit=1001', 'limit'), ('limit=x', 'limit'), ('after=x', 'after'),
                            ('q=' + 'x' * 300, 'q'), ('topic=' + 'x' * 200, 'topic')):
            with self.subTest(wrong):
                self.problem(self.shop.get('/v1/books?' + wrong), 400, word)

    def test_one_book(self):
        self.assertEqual('RPCs for Dummies', self.shop.get('/v1/books/2').json()['title'])
        self.problem(self.shop.get('/v1/books/99'), 404)
        for wrong in ('0', 'x', '-1', '1e3'):
            with self.subTest(wrong):
                self.problem(self.shop.get(f'/v1/books/{wrong}'), 400)

    def test_an_order_of_several_lines(self):
        self.restock(1, 5), self.restock(5, 5)
        key = str(uuid.uuid4())
        answer = self.shop.order((1, 2), (5, 1), key=key)
        self.assertEqual(201, answer.status, answer.text)
        order = answer.json()
        self.assertEqual(f"/v1/orders/{order['order']}", answer.headers['Location'])
        self.assertEqual(key, order['key'])
        self.assertRegex(order['at'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$')
        self.assertEqual([(1, TITLES[1], 2), (5, TITLES[5], 1)], [(l['item'], l['title'], l['quantity']) for l in order['lines']])
        self.assertEqual(sum(l['quantity'] * l['cost'] for l in order['lines']), order['total'])
        self.assertEqual(order, self.shop.get(answer.headers['Location']).json())
        self.assertEqual(order, self.shop.order((1, 2), (5, 1), key=key).json())
        self.problem(self.shop.order((1, 1), (5, 1), key=key), 422)

    def test_order_numbers_rise_by_one(self):
        self.restock(1, 5)
        numbers = [self.shop.order((1, 1)).json()['order'] for _ in range(4)]
        self.assertEqual(list(range(numbers[0], numbers[0] + 4)), numbers)

    def test_all_lines_or_nothing(self):
        self.restock(2, 1)
        before = self.stock(2)
        told = self.problem(self.shop.order((2, 1), (3, 100000)), 409)
        self.assertEqual([3], [s['item'] for s in told['short']])
        self.assertEqual(self.stock(3), told['short'][0]['stock'])
        self.assertEqual(before, self.stock(2))
        self.problem(self.shop.order((2, 1), (99, 1)), 404)
        self.assertEqual(before, self.stock(2))

    def test_orders_that_make_no_sense(self):
        for body in (b'', b'{', b'[]', b'{}', b'{"lines": []}', b'{"lines": [{"item": 0, "quantity": 1}]}',
                     b'{"lines": [{"item": 1, "quantity": 0}]}', b'{"lines": [{"item": 1, "quantity": 1.5}]}',
                     b'{"lines": [{"item": "1"}]}', b'{"lines": [{"quantity": 1}]}',
                     b'{"lines": [{"item": 1, "quantity": 1}, {"item": 1, "quantity": 1}]}',
                     b'{"lines": [' + b'{"item": 1, "quantity": 1},' * 100 + b'{"item": 2, "quantity": 1}]}'):
            with self.subTest(body[:60]):
                self.problem(self.shop.post('/v1/orders', body, headers={'Content-Type': 'application/json'}), 400)

    def test_bad_keys(self):
        for key in ('x' * 256, 'a b', 'caf\xe9', ''):
            with self.subTest(key[:20]):
                answer = self.shop.post('/buy?item=1', headers={'Idempotency-Key': key})
                self.problem(answer, 400, 'Idempotency-Key')

    def test_unknown_orders(self):
        self.problem(self.shop.get('/v1/orders/999999'), 404)
        for wrong in ('0', 'x', '-1'):
            with self.subTest(wrong):
                self.problem(self.shop.get(f'/v1/orders/{wrong}'), 400)

    def test_changing_a_book(self):
        before = self.shop.get('/v1/books/7').json()
        after = self.shop.patch('/v1/books/7', {'delta': 3, 'cost': 450})
        self.assertEqual(200, after.status)
        self.assertEqual((before['stock'] + 3, 450), (after.json()['stock'], after.json()['cost']))
        self.assertEqual(450, self.shop.get('/lookup?item=7').json()['books'][0]['cost'])
        self.problem(self.shop.patch('/v1/books/7', {'delta': -100000}), 409)
        self.assertEqual(after.json(), self.shop.get('/v1/books/7').json())
        self.problem(self.shop.patch('/v1/books/99', {'delta': 1}), 404)
        for wrong in ({}, {'delta': 'one'}, {'delta': 1.5}, {'cost': -1}, {'price': 3}, {'delta': 10**30}):
            with self.subTest(wrong):
                self.problem(self.shop.patch('/v1/books/7', wrong), 400)

    def test_a_new_book_is_found_at_once(self):
        self.shop.get('/search?topic=new')              # cached as empty
        self.shop.get('/v1/books?q=replication')
        book = {'title': 'Replication, "Caching" & Consistency', 'topic': 'new', 'cost': 350, 'stock': 2}
        answer = self.shop.post('/v1/books', book)
        self.assertEqual(201, answer.status, answer.text)
        added = answer.json()
        self.assertEqual(f"/v1/books/{added['id']}", answer.headers['Location'])
        self.assertEqual(book, {k: added[k] for k in book})
        self.assertEqual([added], self.shop.get('/search?topic=new').json()['books'])
        self.assertEqual([added], self.shop.get('/v1/books?q=replication').json()['books'])
        for wrong in ({}, {**book, 'title': ''}, {**book, 'cost': -1}, {**book, 'stock': -1}, {**book, 'topic': 5}):
            with self.subTest(wrong):
                self.problem(self.shop.post('/v1/books', wrong), 400)

    def test_status_shows_every_replica(self):
        def all_up():
            shown = self.shop.get('/v1/status').json()
            return shown if {r['state'] for r in shown['replicas']} == {'up'} else None
        status = wait_until(all_up, what='every replica being seen up')
        replicas = {(r['role'], r['id']): r for r in status['replicas']}
        self.assertEqual(set(self.shop.processes), set(replicas))
        for r in replicas.values():
            self.assertLessEqual({'address', 'leader', 'version', 'digest', 'last_seen'}, set(r))
        self.assertIn('hits', status['cache'])

    # Every role, every surface

    def test_health_pages(self):
        for p in self.shop.processes.values():
            self.assertEqual(200, p.get('/healthz').status)
            self.assertEqual(200, p.get('/readyz').status)
            metrics = p.get('/metrics')
            self.assertEqual(200, metrics.status)
            self.assertTrue(metrics.headers['Content-Type'].startswith('text/plain'))
            self.assertIn('bookstored_http_requests_total', metrics.text)

    def test_unknown_paths_and_wrong_methods(self):
        self.problem(self.shop.get('/nowhere'), 404)
        for method, target, allow in (('DELETE', '/v1/books/1', {'GET', 'HEAD', 'PATCH'}), ('POST', '/search?topic=ds', {'GET', 'HEAD'}),
                                      ('GET', '/v1/orders', {'POST'}), ('PUT', '/buy?item=1', {'GET', 'POST'})):
            with self.subTest(target):
                answer = http.request(self.shop.frontend().address, method, target)
                self.problem(answer, 405)
                self.assertLessEqual(allow, {m.strip() for m in answer.headers['Allow'].split(',')})

    def test_head_is_get_without_a_body(self):
        for target in ('/lookup?item=1', '/v1/books', '/search?topic=ds'):
            head = http.request(self.shop.frontend().address, 'HEAD', target)
            get = self.shop.get(target)
            self.assertEqual((200, b''), (head.status, head.body))
            self.assertEqual(get.headers['Content-Length'], head.headers['Content-Length'])


if __name__ == '__main__':
    unittest.main()
