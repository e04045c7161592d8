"""Clients that know two addresses of a shop and use them in turn, as any HTTP client library may: on a failed connection or a
503 the same request, with the same Idempotency-Key, goes to the other one. What is left as a failure is one that the user of
such a client sees."""
import threading
import time
import uuid

from .crew import Crew, longest_gap
from .http import Connection
from .shop import PATIENCE


class Shoppers(Crew):
    """`tries`: of one request, over all frontends; after a whole round of them without success, a pause that grows."""

    def __init__(self, shop, buyers=4, readers=4, tries=8, pace=0.002, item=1):
        self.addresses = [f.address for f in shop.of('frontend')]
        self.tries, self.pace, self.item = tries, pace, item
        self.done = {'buy': [], 'read': []}     # (when it began, when it was answered) of each request
        self.retries, self.failed, self.wrong = 0, [], []
        self.orders = {}                        # key -> number
        super().__init__([(self._run, 'buy', n) for n in range(buyers)] + [(self._run, 'read', n) for n in range(readers)], end_within=PATIENCE)

    def gap(self, kind, since, until=None):
        """Longest time between two answers from `since` on, in seconds."""
        return longest_gap([end for _, end in list(self.done[kind])], since, until)

    def latencies(self, kind, since, until):
        return sorted(e - b for b, e in list(self.done[kind]) if b >= since and e <= until)

    def wait_for(self, more, seconds=PATIENCE):
        """Until `more` further requests of each kind have been answered."""
        goals = {kind: len(done) + more for kind, done in self.done.items() if done}
        end = time.monotonic() + seconds
        while any(len(self.done[kind]) < goal for kind, goal in goals.items()):
            assert time.monotonic() < end, f'{more} more answers did not come within {seconds} s'
            time.sleep(0.005)

    def _run(self, kind, number):
        threading.current_thread().name = kind
        connections = [Connection(a, timeout=5) for a in self.addresses]
        turn = number
        try:
            while not self.stopping.is_set():
                self._ask(kind, connections, turn)
                turn += 1
                if self.pace:
                    time.sleep(self.pace)
        finally:
            for c in connections:
                c.close()

    def _ask(self, kind, connections, turn):
        """One request, to its end."""
        key = str(uuid.uuid4())
        began = time.monotonic()
        said = []
        for attempt in range(self.tries):
            connection = connections[turn % len(connections)]
            try:
                if kind == 'buy':
                    answer = connection.request('POST', '/v1/orders', {'lines': [{'item': self.item, 'quantity': 1}]}, {'Idempotency-Key': key})
                else:
                    answer = connection.request('GET', f'/lookup?item={self.item}')
                if answer.status != 503:
                    return self._note(kind, key, began, answer)
                said.append(answer.text)
            except OSError as e:
                said.append(repr(e))
            turn += 1
            with self.lock:
                self.retries += 1
            if (attempt + 1) % len(connections) == 0:
                time.sleep(0.05 * 2 ** (attempt // len(connections)))
        with self.lock:
            self.failed.append((kind, key, said))

    def _note(self, kind, key, began, answer):
        with self.lock:
            if answer.status == (201 if kind == 'buy' else 200):
                self.done[kind].append((began, time.monotonic()))
                if kind == 'buy':
                    self.orders[key] = answer.json()['order']
            else:
                self.wrong.append((kind, answer.status, answer.text))
