"""One key, one order, one set of copies: however often a purchase is sent, through whichever frontend, and whatever
crashes meanwhile. And what cannot be settled says so in time, without asking the same again and again."""
import re
import signal
import threading
import time
import unittest
import uuid

from support import http
from support.shop import PATIENCE, Shop, wait_until
from support.verdict import order_book

STOCK = 1000
BOOKS = [{'id': i, 'title': f'Book {i}', 'topic': 'ds', 'cost': 100, 'stock': STOCK} for i in range(1, 4)]
AT_ONCE = 100
WAVE = 300
RESERVE = 1024      # repeats that a frontend has in store before it must earn them by successes


def once(item, quantity=1):
    return 'POST', '/v1/orders', {'lines': [{'item': item, 'quantity': quantity}]}


class Volley:
    """The same key from many clients at the same moment; each client asks for one of `wanted` through one of the
    frontends, and whoever gets no answer or a 503 asks again until it has one."""

    def __init__(self, shop, key, wanted, clients=AT_ONCE):
        self.addresses = [f.address for f in shop.of('frontend')]
        self.key, self.wanted = key, wanted
        self.barrier = threading.Barrier(clients + 1)
        self.first = [None] * clients       # the first try's answer, or None
        self.last = [None] * clients        # the answer at the end
        self.threads = [threading.Thread(target=self._ask, args=(i,), daemon=True) for i in range(clients)]

    def fire(self, meanwhile=lambda: None):
        for t in self.threads:
            t.start()
        self.barrier.wait(PATIENCE)
        meanwhile()
        for t in self.threads:
            t.join(2 * PATIENCE)
        return self

    def _ask(self, client):
        method, target, body = self.wanted[client % len(self.wanted)]
        turn = client // len(self.wanted)
        self.barrier.wait(PATIENCE)
        end = time.monotonic() + PATIENCE
        first = True
        while time.monotonic() < end:
            answer = None
            try:
                answer = http.request(self.addresses[turn % len(self.addresses)], method, target, body, {'Idempotency-Key': self.key},
                                      timeout=PATIENCE)
            except OSError:
                pass
            if first:
                self.first[client], first = answer, False
            if answer is not None and answer.status != 503:
                self.last[client] = answer
                return
            turn += 1
            time.sleep(0.05)

    def numbers(self):
        """The order numbers that were answered, whichever surface was asked."""
        return {int(a.headers['Bookstore-Order']) if 'Bookstore-Order' in a.headers else a.json()['order']
                for a in self.last if a is not None and a.status in (200, 201)}


class OneKeyManyTimes(unittest.TestCase):
    def setUp(self):
        self.shop = Shop(3, 3, 2, books=BOOKS).__enter__()
        self.addCleanup(self.shop.__exit__, None, None, None)
        self.shop.start()

    def leader(self, role='order'):
        return self.shop.wait_leader(role)

    def gone(self):
        return {b['id']: STOCK - b['stock'] for b in self.shop.wait_agreement()}

    def one_order(self, volley, number_of_orders):
        """All clients have the same order, and the book has it once."""
        self.assertNotIn(None, volley.last, 'a client without an answer')
        self.assertEqual(1, len(volley.numbers()), volley.numbers())
        mine = [o for o in order_book(self.shop).values() if o['key'] == volley.key]
        self.assertEqual(volley.numbers(), {o['order'] for o in mine})
        self.assertEqual(number_of_orders, len(order_book(self.shop)))
        for answer in volley.first:
            if answer is not None and answer.status == 503:
                self.assertIn('Retry-After', answer.headers)
        return mine[0]

    def test_while_the_order_leader_is_killed(self):
        for round_, delay in enumerate((0, 0.005, 0.02, 0.05, 0.1), 1):
            with self.subTest(delay=delay):
                leader = self.leader()
                volley = Volley(self.shop, str(uuid.uuid4()), [once(1)]).fire(lambda: (time.sleep(delay), leader.kill()))
                order = self.one_order(volley, round_)
                for answer in volley.last:
                    self.assertEqual((201, order), (answer.status, answer.json()))
                self.shop.restart('order', leader.id)
        self.assertEqual({1: 5, 2: 0, 3: 0}, self.gone())

    def test_while_the_catalog_leader_is_killed(self):
        for round_, delay in enumerate((0.005, 0.05), 1):
            with self.subTest(delay=delay):
                leader = self.leader('catalog')
                volley = Volley(self.shop, str(uuid.uuid4()), [once(1)]).fire(lambda: (time.sleep(delay), leader.kill()))
                self.one_order(volley, round_)
                self.shop.restart('catalog', leader.id)
        self.assertEqual({1: 2, 2: 0, 3: 0}, self.gone())

    def test_with_other_content_at_the_same_moment(self):
        for round_, kill in enumerate((False, True), 1):
            with self.subTest(kill=kill):
                leader = self.leader()
                before = self.gone()
                volley = Volley(self.shop, str(uuid.uuid4()), [once(1), once(2), once(1, quantity=2)])
                volley.fire(leader.kill if kill else lambda: None)
                order = self.one_order(volley, round_)
                bought = [(l['item'], l['quantity']) for l in order['lines']]
                for client, answer in enumerate(volley.last):
                    asked = [(l['item'], l['quantity']) for l in volley.wanted[client % 3][2]['lines']]
                    self.assertEqual(201 if asked == bought else 422, answer.status, answer.text)
                (item, quantity), = bought
                self.assertEqual({**before, item: before[item] + quantity}, self.gone())
                if kill:
                    self.shop.restart('order', leader.id)

    def test_on_both_surfaces(self):
        leader = self.leader()
        volley = Volley(self.shop, str(uuid.uuid4()), [('GET', '/buy?item=3', None), ('POST', '/buy?item=3', None), once(3)])
        volley.fire(leader.kill)
        self.one_order(volley, 1)
        for client, answer in enumerate(volley.last):
            self.assertEqual((200, 'Bought Book 3') if client % 3 < 2 else (201, answer.text), (answer.status, answer.text))
        self.assertEqual({1: 0, 2: 0, 3: 1}, self.gone())


class AGroupStopped(unittest.TestCase):
    """With SIGSTOP: it still takes connections and says nothing, which is the hardest to bear."""
    def setUp(self):
        # The frontend goes on believing that the replicas are up: what holds it back is its budget and the deadlines.
        self.shop = Shop(3, 3, 1, books=BOOKS, settings='[http]\nrequest-ms = 2000\n[health]\nfall = 100\n').__enter__()
        self.addCleanup(self.shop.__exit__, None, None, None)
        self.shop.start()
        self.shop.bought((1, 1))

    def signal(self, role, number):
        for p in self.shop.of(role):
            p.signal(number)

    def retries(self):
        text = self.shop.get('/metrics').text
        return float(re.search(r'^bookstored_purchase_retries_total (\S+)$', text, re.MULTILINE)[1])

    def buy_in_vain(self, keys):
        """One purchase for each key, all at once: every one is answered, and with a 503 that says when to come back."""
        answers = {}

        def ask(key):
            answers[key] = http.request(self.shop.frontend().address, *once(1), {'Idempotency-Key': key}, timeout=PATIENCE)
        threads = [threading.Thread(target=ask, args=(k,), daemon=True) for k in keys]
        for t in threads:
            t.start()
        for t in threads:
            t.join(2 * PATIENCE)
        self.assertEqual(set(keys), set(answers), 'hanging or broken off')
        for answer in answers.values():
            self.assertEqual(503, answer.status, answer.text)
            self.assertGreater(int(answer.headers['Retry-After']), 0)

    def check_one_order_each(self, keys):
        def accepted(key):
            answer = self.shop.order((1, 1), key=key)
            return answer.json()['order'] if answer.status == 201 else None
        numbers = {wait_until(lambda k=k: accepted(k), what=f'an order for {k}') for k in keys}
        self.assertEqual(len(keys), len(numbers))
        total = 1 + len(keys)
        self.assertEqual(total, len(order_book(self.shop)), 'what was sent again was executed again')
        self.assertEqual(STOCK - total, self.shop.wait_agreement()[0]['stock'])

    def test_callers_are_answered_in_time(self):
        keys = []
        for role in ('order', 'catalog'):
            with self.subTest(role):
                keys += [f'{role}-{i}' for i in range(20)]
                self.signal(role, signal.SIGSTOP)
                self.buy_in_vain(keys[-20:])
                if role == 'catalog':
                    wait_until(lambda: self.shop.get('/lookup?item=1', timeout=PATIENCE).status == 503, what='a read being refused')
                self.signal(role, signal.SIGCONT)
        self.check_one_order_each(keys)

    def test_retries_do_not_multiply_an_outage(self):
        self.signal('order', signal.SIGSTOP)
        keys = [f'k{i}' for i in range(2 * WAVE)]
        self.buy_in_vain(keys[:WAVE])
        first = self.retries()
        # Beyond the reserve only what costs nothing is repeated: finding out that a connection is dead.
        self.assertLess(first, RESERVE + WAVE)
        self.buy_in_vain(keys[WAVE:])
        self.assertLess(self.retries() - first, WAVE)
        self.signal('order', signal.SIGCONT)
        self.check_one_order_each(keys)


if __name__ == '__main__':
    unittest.main()
