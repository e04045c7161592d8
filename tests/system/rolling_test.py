"""Planned stops: every process of a shop is restarted, one after the other, and no client that knows two frontends notices."""
import http.client
import signal
import socket
import time
import unittest

from support.http import split
from support.shop import PATIENCE, Shop, wait_until, whole
from support.shoppers import Shoppers
from support.verdict import bookstorectl
from support.vitals import metrics

BOOKS = [{'id': i, 'title': f'Book {i}', 'topic': 'ds', 'cost': 100, 'stock': 10_000_000} for i in range(1, 4)]


class Rolling(unittest.TestCase):
    def roll(self, catalogs, orders):
        with Shop(catalogs, orders, frontends=2, books=BOOKS) as shop:
            shop.start()
            whole(shop)
            with Shoppers(shop) as shoppers:
                shoppers.wait_for(20)
                for (role, id_), process in shop.processes.items():
                    self.assertEqual(0, process.stop(), process.log_tail())
                    shoppers.wait_for(5)
                    shop.restart(role, id_)
                    whole(shop)
                shoppers.wait_for(20)
            print(f'{len(shoppers.orders)} purchases, {len(shoppers.done["read"])} reads, {shoppers.retries} retries', flush=True)
            self.assertEqual([], shoppers.failed)
            self.assertEqual([], shoppers.wrong)
            self.assertEqual(sorted(shoppers.orders.values()), list(range(1, len(shoppers.orders) + 1)))
            audit = bookstorectl('audit', f'--config={shop.config}', f'--wait={PATIENCE}')
            self.assertEqual(0, audit.returncode, audit.stdout + audit.stderr)

    def test_every_process_of_2_2_2(self):
        self.roll(2, 2)

    def test_every_process_of_3_3_2(self):
        self.roll(3, 3)


class PlannedStop(unittest.TestCase):
    def test_a_frontend_that_stops_holds_up_no_write(self):
        settings = '[cache]\nlease-ms = 12000\nlease-renewal-ms = 250\n[http]\nrequest-ms = 30000\n'
        with Shop(catalogs=1, orders=1, frontends=2, books=BOOKS, settings=settings) as shop:
            shop.start()
            shop.get('/lookup?item=1', frontend=1)  # it has something cached that writes must drop
            with Shoppers(shop, buyers=2, readers=0) as shoppers:
                shoppers.wait_for(20)
                began = time.monotonic()
                self.assertEqual(0, shop['frontend', 1].stop())
                shoppers.wait_for(200)
            self.assertEqual([], shoppers.failed)
            self.assertLess(shoppers.gap('buy', began), 11, 'a write waited until the lease of 12 s ran out')

    def test_requests_on_kept_connections_of_a_frontend_that_stops_end_properly(self):
        settings = '[process]\ndrain-ms = 60000\n[http]\nrequest-ms = 60000\n[health]\nfall = 100\n'
        with Shop(catalogs=1, orders=1, frontends=1, books=BOOKS, settings=settings) as shop:
            shop.start()
            connections = [http.client.HTTPConnection(*split(shop.frontend().address), timeout=PATIENCE) for _ in range(20)]
            for c in connections:       # kept, and idle from now on
                c.request('GET', '/lookup?item=1')
                self.assertIn(b'Book 1', c.getresponse().read())
            shop['order', 0].signal(signal.SIGSTOP)
            under_way = connections[:10]
            body = '{"lines": [{"item": 1, "quantity": 1}]}'
            for c in under_way:         # these wait for the order replica
                c.request('POST', '/v1/orders', body, {'Content-Type': 'application/json'})
            wait_until(lambda: metrics(shop.frontend())['bookstored_http_connections'] >= 20, what='all connections')
            shop.frontend().signal(signal.SIGTERM)
            wait_until(lambda: 'stopping' in shop.frontend().log.read_text(), what='the frontend stopping')
            shop['order', 0].signal(signal.SIGCONT)
            for c in under_way:
                answer = c.getresponse()
                self.assertEqual('close', answer.headers['Connection'])
                self.assertEqual((201, answer.length), (answer.status, len(answer.read())))
            for c in connections[10:]:  # closed, not reset
                self.assertEqual(b'', c.sock.recv(1))
            for c in connections:
                c.close()
            self.assertEqual(0, shop.frontend().popen.wait(PATIENCE))

    def stop_with_a_request_that_never_ends(self, settings, second=False):
        """The exit status, and how long it took, in seconds."""
        with Shop(catalogs=1, orders=1, frontends=1, books=BOOKS, settings=f'[http]\nbody-ms = 600000\n{settings}') as shop:
            shop.start()
            frontend = shop.frontend()
            with socket.create_connection(split(frontend.address), PATIENCE) as held:
                held.sendall(b'POST /v1/orders HTTP/1.1\r\nHost: shop\r\nContent-Length: 100\r\n\r\n{')  # and never more
                wait_until(lambda: metrics(frontend)['bookstored_http_connections'] >= 2, what='its connection')
                began = time.monotonic()
                frontend.signal(signal.SIGTERM)
                if second:
                    wait_until(lambda: 'stopping' in frontend.log.read_text(), what='the frontend stopping')
                    frontend.signal(signal.SIGTERM)
                return frontend.popen.wait(PATIENCE), time.monotonic() - began

    def test_the_drain_is_bounded(self):
        status, took = self.stop_with_a_request_that_never_ends('[process]\ndrain-ms = 3000\n')
        self.assertEqual(0, status)
        self.assertGreater(took, 2.9)

    def test_a_second_signal_waits_for_no_drain(self):
        status, _ = self.stop_with_a_request_that_never_ends('[process]\ndrain-ms = 600000\n', second=True)
        self.assertEqual(1, status)


if __name__ == '__main__':
    unittest.main()
