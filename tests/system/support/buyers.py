"""Clients that buy until told to stop, and remember every answer: the load of the fault tests."""
import threading
import time
import uuid

from .crew import longest_gap
from .http import Connection
from .shop import PATIENCE


class Buyers:
    """`clients` threads, each buying one copy of an item at a time through the frontends in turn. A purchase that
    was not answered, or with 503, is repeated with the same key at the next frontend, as a real client's would be."""

    def __init__(self, shop, clients=8, items=(1,), pace=0.0):
        self.shop, self.items, self.pace = shop, list(items), pace
        self.answered = {}      # key -> order number
        self.refused = 0        # out of stock
        self.retries = 0
        self.unfinished = []    # keys whose outcome was never learnt
        self.wrong = []         # answers that should not be
        self.times = []         # when each purchase was answered (monotonic)
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._buy, args=(i,), daemon=True) for i in range(clients)]

    def __enter__(self):
        self.began = time.monotonic()
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.stopping.set()
        for t in self.threads:
            t.join(PATIENCE)
        self.ended = time.monotonic()

    def wait_for(self, more, seconds=PATIENCE):
        """Until `more` further purchases have been answered."""
        goal = len(self.times) + more
        end = time.monotonic() + seconds
        while len(self.times) < goal:
            assert time.monotonic() < end, f'{goal - len(self.times)} of {more} purchases missing after {seconds} s'
            time.sleep(0.01)

    def longest_gap(self, since=None):
        """Longest time without an answered purchase, in seconds."""
        return longest_gap(list(self.times), self.began if since is None else since)

    def _buy(self, number):
        addresses = [f.address for f in self.shop.of('frontend')]
        connections = [Connection(a, timeout=5) for a in addresses]
        try:
            self._buy_through(connections, number)
        finally:
            for c in connections:
                c.close()

    def _buy_through(self, connections, turn):
        while not self.stopping.is_set():
            key = str(uuid.uuid4())
            item = self.items[turn % len(self.items)]
            deadline = time.monotonic() + PATIENCE
            while True:
                try:
                    answer = connections[turn % len(connections)].request(
                        'POST', '/v1/orders', {'lines': [{'item': item, 'quantity': 1}]}, {'Idempotency-Key': key})
                    if answer.status != 503:
                        break
                except OSError:
                    pass
                answer = None
                turn += 1
                with self.lock:
                    self.retries += 1
                if time.monotonic() > deadline:
                    break
                time.sleep(0.02)
            turn += 1
            self._note(key, item, answer)
            if answer is not None and answer.status == 409:
                return
            if self.pace:
                time.sleep(self.pace)

    def _note(self, key, item, answer):
        with self.lock:
            if answer is None:
                self.unfinished.append(key)
            elif answer.status == 201:
                order = answer.json()
                self.answered[key] = order['order']
                self.times.append(time.monotonic())
                if order['key'] != key or order['lines'][0]['item'] != item:
                    self.wrong.append(order)
            elif answer.status == 409:
                self.refused += 1
            else:
                self.wrong.append((answer.status, answer.text))
