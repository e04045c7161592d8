"""Figures 3 to 5: a catalog and an order replica die and come back while one client reads and another buys."""
import time
from dataclasses import dataclass, field

from measuring.wire import Wire
from support.crew import Crew, longest_gap

PAUSE = 0.01        # between two requests of a client: a timeline, not a load


@dataclass
class Timeline:
    seconds: float = 0
    requests: list = field(default_factory=list)    # (when, kind, ms, status or 0)
    marks: list = field(default_factory=list)       # (when, what was done)
    states: dict = field(default_factory=dict)      # replica -> [(when, state as the frontend sees it)]
    longest_gap_ms: dict = field(default_factory=dict)      # kind -> between two good answers
    copies: dict = field(default_factory=dict)      # catalog -> (version, books) in the end

    def failed(self, kind):
        return sum(1 for _, k, _, status in self.requests if k == kind and status != 200)

    def answered(self, kind):
        return sum(1 for _, k, _, status in self.requests if k == kind and status == 200)


class Watch(Crew):
    """A client that reads, one that buys, and one that looks how the replicas are."""

    def __init__(self, frontend):
        super().__init__([(self.ask, 'lookup', 'GET', '/lookup'), (self.ask, 'buy', 'POST', '/buy'), (self.look,)])
        self.frontend, self.line = frontend, Timeline()
        self.began = time.perf_counter()

    def __exit__(self, *error):
        super().__exit__(*error)
        self.line.seconds = self.now()

    def now(self):
        return time.perf_counter() - self.began

    def mark(self, words):
        self.line.marks.append((self.now(), words))

    def ask(self, kind, method, path):
        wire, number = None, 0
        while not self.stopping.wait(PAUSE):
            number += 1
            when = self.now()
            try:
                wire = wire or Wire(self.frontend.address)
                answer = wire.ask(method, f'{path}?item={1 + number % 7}')
                self.line.requests.append((when, kind, answer.ms, answer.status))
            except OSError:
                wire = None
                self.line.requests.append((when, kind, (self.now() - when) * 1000, 0))
        if wire:
            wire.socket.close()

    def look(self):
        while not self.stopping.wait(0.05):
            try:
                replicas = self.frontend.get('/v1/status').json()['replicas']
            except OSError:
                continue
            for replica in replicas:
                seen = self.line.states.setdefault(f"{replica['role']} {replica['id']}", [])
                if not seen or seen[-1][1] != replica['state']:
                    seen.append((self.now(), replica['state']))


def longest_gap_ms(requests, kind):
    """Between two good answers, from the first to the last."""
    answered = [when + ms / 1000 for when, k, ms, status in requests if k == kind and status == 200]
    return longest_gap(answered, answered[0]) * 1000


def crash_and_resync(shop, calm=1.5):
    """`calm`: seconds between two steps."""
    from support.shop import wait_until
    victims = (('catalog', 0), ('order', 0))
    with Watch(shop.frontend()) as watch:
        time.sleep(calm)
        for role, id_ in victims:
            shop.kill(role, id_)
            watch.mark(f'{role} {id_} killed')
            time.sleep(calm)
        for role, id_ in victims:
            watch.mark(f'{role} {id_} started')
            shop.restart(role, id_)
            time.sleep(calm)
        wait_until(lambda: all(states[-1][1] == 'up' for states in watch.line.states.values()), what='all replicas being up')
        time.sleep(calm / 2)
    line = watch.line
    line.longest_gap_ms = {kind: longest_gap_ms(line.requests, kind) for kind in ('lookup', 'buy')}
    shop.wait_agreement()
    line.copies = {f'catalog {i}': copy for i, copy in enumerate(shop.resyncs())}
    return line
