"""Those that sell over HTTP: bookstored, and the original's design."""
import importlib.util
import json
import sys
import urllib.request

from .base import HERE, LeftOut, Peer

STOCK = 1_000_000_000


def catalogue(items):
    return [{'id': i, 'title': f'Book {i}', 'topic': f't{i % 20}', 'cost': 200, 'stock': STOCK} for i in range(1, items + 1)]


class Bookstored(Peer):
    name, durable = 'bookstored, 3 catalogs, 3 orders', 'a majority of 3, twice'
    layout = (3, 3, 1)
    shop = None

    def start(self):
        from support.shop import Shop, whole
        self.shop = Shop(*self.layout, books=catalogue(self.items))
        self.shop.__enter__()
        self.shop.start()
        whole(self.shop)
        self.port = self.shop.frontend().port

    def __exit__(self, *arguments):
        if self.shop:
            self.shop.__exit__(*arguments)
        super().__exit__(*arguments)

    def accounts(self):
        """Order numbers have no gaps: the number of one more order is how many there are."""
        orders = int(self.shop.post('/buy?item=1').headers['Bookstore-Order'])
        return orders, self.items * STOCK - sum(book['stock'] for book in self.shop.wait_agreement())

    def pids(self):
        return [process.popen.pid for process in self.shop.processes.values()]

    def run(self, clients, items, seconds, warm_up):
        request = 'POST /buy?item=%I HTTP/1.1\r\nHost: b\r\nIdempotency-Key: %K\r\nContent-Length: 0\r\n\r\n'
        return self.load(self.port, clients, seconds, warm_up, items, request)


class Bookstored2(Bookstored):
    name, durable = 'bookstored, 2 catalogs, 2 orders', '2, twice'
    layout = (2, 2, 1)


class Original(Peer):
    """Five processes as in its report: two catalogs, two orders, a frontend."""
    name, durable = 'the original’s design in Flask', 'none: never synced'
    roles = (('frontend', 0), ('catalog', 0), ('catalog', 1), ('order', 0), ('order', 1))

    def start(self):
        for module in ('flask', 'requests'):
            if importlib.util.find_spec(module) is None:
                raise LeftOut(f'python3-{module} is not installed')
        ports = self.ports(5)
        for role, id_ in self.roles:
            self.spawn(sys.executable, HERE / 'original.py', role, id_, ','.join(map(str, ports)), self.folder, self.items)
        for port in ports:
            self.listening(port)
        self.catalog, self.port = ports[0], ports[4]

    def accounts(self):
        orders = sum(file.read_text().count('\n') for file in self.folder.glob('order-log-*.txt'))
        left = 0
        for topic in {book['topic'] for book in catalogue(self.items)}:
            with urllib.request.urlopen(f'http://127.0.0.1:{self.catalog}/query?topic={topic}') as answer:
                left += sum(book['stock'] for book in json.load(answer)['books'])
        return orders, self.items * STOCK - left

    def run(self, clients, items, seconds, warm_up):
        return self.load(self.port, clients, seconds, warm_up, items, 'POST /buy?item=%I HTTP/1.1\r\nHost: b\r\nContent-Length: 0\r\n\r\n')
