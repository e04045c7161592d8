"""Clients that do everything a client can, through all frontends, and record it as a history.

Each is a thread that does one thing at a time. What it does is drawn from its seed; what that does to the shop also
depends on when it happens.
"""
import random
import threading
import time

from .history import now
from .http import Connection

# How long clients wait for an answer, in seconds. The impatient ones repeat a purchase while it is still under way.
PATIENCE = (0.3, 1.0, 5.0, 5.0)
TRIES = 12


class Recorders:
    def __init__(self, shop, history, items, seed, clients=16, pace=0.02):
        """`items` exist from the start. `pace`: mean pause between two operations of a client, in seconds."""
        self.answered = {}      # key -> order number
        self.wrong = []         # answers that should never be
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.clients = [_Client(self, shop, history, list(items), number, random.Random(f'{seed}/{number}'), pace)
                        for number in range(1, clients + 1)]

    def __enter__(self):
        for c in self.clients:
            c.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for c in self.clients:
            c.thread.join(120)
            if c.thread.is_alive():
                self.wrong.append(f'client {c.number} hangs')

    def operations(self):
        return sum(c.operations for c in self.clients)


class _Client:
    def __init__(self, all_, shop, history, items, number, dice, pace):
        self.all, self.history, self.items, self.number, self.dice, self.pace = all_, history, items, number, dice, pace
        self.addresses = [f.address for f in shop.of('frontend')]
        self.connections = {}
        self.operations = 0
        self.purchases = 0
        self.added = 0
        self.thread = threading.Thread(target=self._run, daemon=True, name=f'client-{number}')

    def _run(self):
        deeds = {self._buy: 45, self._lookup: 25, self._search: 8, self._restock: 10, self._reprice: 4, self._order: 6, self._add: 2}
        try:
            while not self.all.stopping.is_set():
                self.dice.choices(list(deeds), deeds.values())[0]()
                self.operations += 1
                time.sleep(self.dice.uniform(0, 2 * self.pace))
        except Exception as e:  # a bug in here must not look like a quiet client
            self._wrong(f'client {self.number}: {e!r}')
        finally:
            for c in self.connections.values():
                c.close()

    def _wrong(self, what):
        with self.all.lock:
            self.all.wrong.append(what)

    def _ask(self, method, target, body=None, headers=None, frontend=None):
        """(answer, when it was sent); the answer is None when the outcome is unknown, False when nothing was sent."""
        address = self.addresses[frontend if frontend is not None else self.dice.randrange(len(self.addresses))]
        patience = self.dice.choice(PATIENCE)
        connection = self.connections.setdefault((address, patience), Connection(address, patience))
        call = now()
        try:
            answer = connection.request(method, target, body, headers)
        except ConnectionRefusedError:
            time.sleep(0.02)
            return False, call
        except OSError:
            return None, call
        if answer.status >= 500:
            if answer.status != 503:
                self._wrong(f'{method} {target}: {answer.status} {answer.text}')
            elif 'Retry-After' not in answer.headers:
                self._wrong(f'{method} {target}: 503 without Retry-After')
            return None, call
        return answer, call

    # Purchases

    def _buy(self):
        self.purchases += 1
        key = f'c{self.number}-{self.purchases}'
        count = self.dice.choices((1, 2, 3), (8, 2, 1))[0]
        lines = [dict(item=i, quantity=self.dice.choice((1, 1, 1, 2))) for i in self.dice.sample(self.items, min(count, len(self.items)))]
        original = len(lines) == 1 and lines[0]['quantity'] == 1 and self.dice.random() < 0.3
        tries = 1 if self.dice.random() < 0.1 else TRIES        # some never ask again: the shop must settle it alone
        frontend = self.dice.randrange(len(self.addresses))
        for _ in range(tries):
            if self._try_to_buy(key, lines, original, frontend % len(self.addresses)):
                return
            frontend += 1
            time.sleep(0.05)

    def _try_to_buy(self, key, lines, original, frontend):
        """True when it is known how the purchase ended."""
        headers = {'Idempotency-Key': key}
        if original:
            answer, call = self._ask(self.dice.choice(('GET', 'POST')), f"/buy?item={lines[0]['item']}", None, headers, frontend)
        else:
            answer, call = self._ask('POST', '/v1/orders', {'lines': lines}, headers, frontend)
        if not answer:
            self.history.buy(self.number, call, key, lines, 'refused' if answer is False else 'unknown')
            return False
        read = self._read_original if original else self._read_order
        self.history.buy(self.number, call, key, **read(answer, key, lines))
        return True

    def _read_original(self, answer, key, lines):
        if answer.status == 200 and 'Bookstore-Order' in answer.headers:
            return dict(lines=lines, outcome='bought', order=self._bought(key, int(answer.headers['Bookstore-Order'])))
        if answer.status == 200 and answer.text == 'Out of Stock':
            return dict(lines=lines, outcome='out_of_stock', short=[dict(item=lines[0]['item'], stock=0)])
        return self._read_refusal(answer, lines)

    def _read_order(self, answer, key, lines):
        if answer.status == 201:
            order = answer.json()
            sold = [dict(item=l['item'], quantity=l['quantity'], cost=l['cost']) for l in order['lines']]
            if order['key'] != key or [(l['item'], l['quantity']) for l in sold] != [(l['item'], l['quantity']) for l in lines]:
                self._wrong(f'{key} asked for {lines} and got {order}')
            return dict(lines=sold, outcome='bought', order=self._bought(key, order['order']))
        if answer.status == 409:
            return dict(lines=lines, outcome='out_of_stock', short=answer.json()['short'])
        return self._read_refusal(answer, lines)

    def _read_refusal(self, answer, lines):
        if answer.status == 404:
            return dict(lines=lines, outcome='unknown_item')
        self._wrong(f'a purchase of {lines}: {answer.status} {answer.text}')
        return dict(lines=lines, outcome='refused')

    def _bought(self, key, number):
        with self.all.lock:
            self.all.answered[key] = number
        return number

    # Reads

    def _lookup(self):
        item = self.dice.choice(self.items) if self.dice.random() < 0.9 else 999_999 if self.dice.random() < 0.5 else self._somebodys()
        if self.dice.random() < 0.5:
            self._read(f'/lookup?item={item}', lambda shown: shown['books'], item)
        else:
            self._read(f'/v1/books/{item}', lambda shown: [shown], item)

    def _search(self):
        target = self.dice.choice(('/search?topic=ds', '/v1/books?topic=ds&limit=5', '/v1/books?q=book', f'/v1/books?limit=3&after={self.dice.choice(self.items)}'))
        self._read(target, lambda shown: shown['books'])

    def _read(self, target, books_of, item=None):
        answer, call = self._ask('GET', target)
        if not answer:
            return
        version, source = int(answer.headers['Bookstore-Version']), answer.headers['Bookstore-Source']
        if answer.status == 404 and item is not None:
            self.history.read(self.number, call, item, None, version, source)
        elif answer.status == 200:
            for book in books_of(answer.json()):
                self.history.read(self.number, call, book['id'], book, version, source)
        else:
            self._wrong(f'GET {target}: {answer.status} {answer.text}')

    def _order(self):
        with self.all.lock:
            number = self.dice.choice(list(self.all.answered.values())[-50:] or [1])
        answer, call = self._ask('GET', f'/v1/orders/{number}')
        if answer:
            self.history.order(self.number, call, number, answer.json()['key'] if answer.status == 200 else None)

    # Changes

    def _restock(self):
        self._change(dict(delta=self.dice.choice((1, 3, 5, 5, -1))))

    def _reprice(self):
        self._change(dict(cost=self.dice.randrange(100, 1000)))

    def _change(self, change):
        """Never repeated: a change has no key."""
        item = self.dice.choice(self.items)
        answer, call = self._ask('PATCH', f'/v1/books/{item}', change)
        if answer is False:
            return
        if answer is None:
            self.history.update(self.number, call, item, change, 'unknown')
        elif answer.status == 200:
            self.history.update(self.number, call, item, change, 'done', answer.json())
        elif answer.status == 409:
            self.history.update(self.number, call, item, change, 'refused')
        else:
            self._wrong(f'PATCH of {item}: {answer.status} {answer.text}')

    def _add(self):
        self.added += 1
        book = dict(id=1000 * self.number + self.added, title=f'Book {self.number}/{self.added}', topic='ds' if self.added < 3 else 'new',
                    cost=50, stock=self.dice.randrange(3))
        answer, call = self._ask('POST', '/v1/books', book)
        if answer is False:
            return
        if answer and answer.status != 201:
            self._wrong(f'POST of {book}: {answer.status} {answer.text}')
        self.history.add(self.number, call, book, 'done' if answer else 'unknown')

    def _somebodys(self):
        """The number of a book that another client may have added, or may be adding now."""
        other = self.dice.choice(self.all.clients)
        return 1000 * other.number + max(1, other.added)
