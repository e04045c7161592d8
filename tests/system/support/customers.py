"""Well-behaved clients of a shop that is under attack: some buy, some read, some ask after its health; each answer is timed."""
import time
import uuid

from .crew import Crew
from .http import Connection, request
from .shop import PATIENCE


class Customers(Crew):
    """`kept`: half of the clients keep their connections, as HTTP clients do; the other half opens one for each request.
    A refusal is 503 with Retry-After; it is taken at its word, but for no longer than `patience` seconds."""

    def __init__(self, shop, clients=4, patience=0.1):
        self.shop, self.patience = shop, patience
        self.times = {'buy': [], 'read': [], 'health': []}   # seconds of each good answer
        self.refused = {'buy': [], 'read': [], 'health': []}   # seconds of each 503
        self.broken, self.wrong = [], []
        deeds = [(self._buy, n) for n in range(clients)] + [(self._read, n) for n in range(clients)] + [(self._health, 0)]
        super().__init__([(self._run, *deed) for deed in deeds])

    def wait_for(self, count, seconds=PATIENCE, or_refused=False):
        """Until `count` of each have been answered well (`or_refused`: or refused as is right)."""
        def done(kind):
            return len(self.times[kind]) + (len(self.refused[kind]) if or_refused else 0)
        end = time.monotonic() + seconds
        while any(done(kind) < count for kind in self.times):
            assert time.monotonic() < end, f'only {self.figures()} after {seconds} s, broken: {self.broken[:3]}'
            time.sleep(0.02)

    def slowest(self):
        """Of all answers, good ones and refusals."""
        return max(max(times) for kinds in (self.times, self.refused) for times in kinds.values() if times)

    def figures(self):
        return {kind: f'{len(times)} answered, {len(self.refused[kind])} refused' for kind, times in self.times.items()}

    def _run(self, deed, number):
        connections = {}
        try:
            while not self.stopping.is_set():
                deed(number, connections)
                time.sleep(0.01)
        finally:
            for c in connections.values():
                c.close()

    def _ask(self, kind, number, connections, address, method, target, body=None, headers=None, good=(200, 201)):
        began = time.monotonic()
        try:
            if number % 2 == 0:
                connection = connections.setdefault(address, Connection(address))
                answer = connection.request(method, target, body, headers)
            else:
                answer = request(address, method, target, body, headers)
        except OSError as e:
            with self.lock:
                self.broken.append(f'{kind} at {address}: {e!r}')
            return False
        took = time.monotonic() - began
        with self.lock:
            if answer.status in good:
                self.times[kind].append(took)
                return True
            if answer.status == 503 and 'Retry-After' in answer.headers:
                self.refused[kind].append(took)
            else:
                self.wrong.append(f'{kind}: {answer.status} {answer.text}')
        self.stopping.wait(self.patience)
        return False

    def _buy(self, number, connections):
        key = str(uuid.uuid4())
        frontends = self.shop.of('frontend')
        while not self.stopping.is_set():
            f = frontends[number // 2 % len(frontends)]
            if self._ask('buy', number, connections, f.address, 'POST', '/v1/orders', {'lines': [{'item': 1, 'quantity': 1}]},
                         {'Idempotency-Key': key}):
                return

    def _read(self, number, connections):
        frontends = self.shop.of('frontend')
        f = frontends[number // 2 % len(frontends)]
        self._ask('read', number, connections, f.address, 'GET', '/lookup?item=1')

    def _health(self, number, connections):
        for p in self.shop.processes.values():
            for target in ('/healthz', '/readyz', '/heartbeat'):
                self._ask('health', 1, connections, p.address, 'GET', target)
