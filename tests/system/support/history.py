"""What clients did and saw, as `bookstorectl check-history` reads it: JSON Lines, one operation a line.

Times are nanoseconds on this machine's monotonic clock, taken before the first byte is sent and after the last has
arrived, so that the true moment lies between them. A call whose effect is not known (no answer in time, a broken
connection, a 503) has the outcome "unknown" and no return: it may have taken effect, may do so later, or never.
"""
import collections
import json
import threading
import time


def now():
    return time.monotonic_ns()


class History:
    """Thread: any."""

    def __init__(self, books):
        """`books`: what the shop began with; told as if somebody had added each before everything else."""
        self.lock = threading.Lock()
        self.lines = []
        began = now()
        for book in books:
            self._append(dict(client=0, call=began, op='add', item=book['id'], stock=book['stock'], cost=book['cost'], outcome='done'))

    def _append(self, line):
        line['return'] = None if line.get('outcome') == 'unknown' else now()
        with self.lock:
            self.lines.append(line)

    def buy(self, client, call, key, lines, outcome, **more):
        """`lines`: of item and quantity, and cost when bought."""
        self._append(dict(client=client, call=call, op='buy', key=key, lines=lines, outcome=outcome, **more))

    def read(self, client, call, item, book, version, source):
        """`book`: None when there is no such item."""
        seen = dict(absent=True) if book is None else dict(stock=book['stock'], cost=book['cost'])
        self._append(dict(client=client, call=call, op='read', item=item, **seen, version=version, source=source))

    def update(self, client, call, item, change, outcome, after=None):
        """`change`: delta, cost or both; `after`: the book after it, when done."""
        seen = dict(stock=after['stock'], cost_after=after['cost']) if after else {}
        self._append(dict(client=client, call=call, op='update', item=item, **change, outcome=outcome, **seen))

    def add(self, client, call, book, outcome):
        self._append(dict(client=client, call=call, op='add', item=book['id'], stock=book['stock'], cost=book['cost'], outcome=outcome))

    def order(self, client, call, number, key):
        """`key`: of the order found; None when there is none of this number."""
        seen = dict(found=False) if key is None else dict(found=True, key=key)
        self._append(dict(client=client, call=call, op='order', order=number, **seen))

    def outcomes(self):
        """How often each operation ended how, as text."""
        counts = collections.Counter(f"{l['op']} {l.get('outcome', '')}".strip() for l in self.lines)
        return ', '.join(f'{name} {n}' for name, n in sorted(counts.items()))

    def write(self, path, orders):
        """`orders`: number -> order. The original surface does not say what a purchase cost; the order book does."""
        with open(path, 'w') as out:
            for line in sorted(self.lines, key=lambda l: l['call']):
                if line.get('outcome') == 'bought' and line['order'] in orders:
                    paid = {l['item']: l['cost'] for l in orders[line['order']]['lines']}
                    line = {**line, 'lines': [{'cost': paid.get(l['item']), **l} for l in line['lines']]}
                out.write(json.dumps(line) + '\n')


def write_orders(path, orders):
    with open(path, 'w') as out:
        for number in sorted(orders):
            out.write(json.dumps(orders[number]) + '\n')
