"""Requests in a row on one connection, each split by tier."""
import random

from measuring.statistics import summary
from measuring.wire import Wire
from support.timing import ASK, split

from .original import TIERS

STOCK = 1_000_000_000
TITLES = ('How to get a good grade in 677 in 20 minutes a day', 'RPCs for Dummies', 'Xen and the Art of Surviving Graduate School',
          'Cooking for the Impatient Graduate Student', 'How to finish Project 3 on time', 'Why theory classes are so hard',
          'Spring in the Pioneer Valley')
TOPICS = ('ds', 'ds', 'gs', 'gs', 'ds', 'gs', 'gs')
# The original's seven, of which there are enough for any number of purchases.
BOOKS = [{'id': i + 1, 'title': title, 'topic': TOPICS[i], 'cost': 100, 'stock': STOCK} for i, title in enumerate(TITLES)]


class Times:
    """tier -> ms of each request, in the order in which they were asked. A tier that was not asked took no time."""

    def __init__(self):
        self.of = {tier: [] for tier in TIERS}

    def add(self, answer):
        tiers = split(answer.headers.get('server-timing'))
        for tier in TIERS[:-1]:
            self.of[tier].append(tiers.get(tier, 0.0))
        self.of['client'].append(answer.ms)

    def summaries(self):
        return {tier: summary(values) for tier, values in self.of.items()}


class Client:
    """`items` and `topics`: what it asks for, at random."""

    def __init__(self, address, seed, items=None, topics=('ds', 'gs')):
        self.wire, self.dice = Wire(address), random.Random(seed)
        self.items, self.topics = items or range(1, len(BOOKS) + 1), topics

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.wire.socket.close()

    def ask(self, kind, item=None):
        """One request; `item`: for a search the topic of this book, else at random."""
        item = item or self.dice.choice(self.items)
        if kind == 'search':
            topic = TOPICS[item - 1] if item <= len(TOPICS) else self.dice.choice(self.topics)
            answer = self.wire.ask('GET', f'/search?topic={topic}', ASK)
        elif kind == 'lookup':
            answer = self.wire.ask('GET', f'/lookup?item={item}', ASK)
        else:
            answer = self.wire.ask('POST', f'/buy?item={item}', ASK)
        if answer.status != 200:
            raise RuntimeError(f'{kind} of item {item} was answered with {answer.status}: {answer.body.decode(errors="replace")}')
        return answer

    def row(self, kind, count, times=None):
        """`count` requests of a kind, into `times` or anew."""
        times = times or Times()
        for _ in range(count):
            times.add(self.ask(kind))
        return times


WARM_UP = 50
TURN = 10       # purchases at one shop before the other has its turn
KINDS = ('search', 'lookup', 'buy')


def tables(address, count, seed):
    """Tables 2 and 3: kind -> tier -> Summary."""
    with Client(address, seed) as client:
        found = {}
        for kind in KINDS:
            client.row(kind, WARM_UP)
            found[kind] = client.row(kind, count).summaries()
        return found


def after_invalidation(address, count, seed):
    """What a request takes whose answer a purchase has just dropped, at the client: kind -> Summary."""
    with Client(address, seed) as client:
        found = {kind: [] for kind in KINDS}
        for i in range(count + WARM_UP):
            for kind in KINDS:
                item = client.dice.choice(client.items)
                client.ask(kind if kind != 'buy' else 'lookup', item)      # so that there is something to drop
                client.ask('buy', item)
                answer = client.ask(kind, item)
                if kind != 'buy' and answer.headers['bookstore-source'] == 'cache':
                    raise RuntimeError(f'{kind} of item {item} came from the cache right after a purchase')
                if i >= WARM_UP:
                    found[kind].append(answer.ms)
        return {kind: summary(values) for kind, values in found.items()}


def invalidation_cost(without, with_, count, seed):
    """Table 4: purchases at two shops by turns, some at one and some at the other, for a machine is never equally fast for long.
    (without, with), Times that stand side by side in turns of TURN."""
    with Client(without, seed) as one, Client(with_, seed) as other:
        found = [Times(), Times()]
        for client in (one, other):
            client.row('buy', WARM_UP)
        for _ in range(0, count, TURN):
            for client, times in zip((one, other), found):
                client.ask('lookup')        # so that the frontend holds a lease, and an answer
                client.row('buy', TURN, times)
        return tuple(found)
