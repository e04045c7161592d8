"""A cluster with credentials, on IPv6: who shows none is asked for one, who shows a wrong one is refused, and what the
processes say to each other works all the same."""
import unittest
from pathlib import Path

from support import http
from support.shop import STEADY, Shop, wait_until

INTERNAL = (('catalog', 'GET', '/query?item=1', None), ('catalog', 'POST', '/update?item=1', {'delta': 1}), ('catalog', 'GET', '/resync', None),
            ('catalog', 'GET', '/heartbeat', None), ('order', 'GET', '/heartbeat', None), ('order', 'POST', '/buy?item=1', None),
            ('order', 'POST', '/v1/orders', {'lines': [{'item': 1}]}), ('order', 'GET', '/v1/orders', None), ('order', 'GET', '/v1/orders/1', None),
            ('frontend', 'GET', '/invalidate?item=1', None), ('frontend', 'GET', '/heartbeat', None))
ADMIN = (('frontend', 'PATCH', '/v1/books/1', {'delta': 1}),
         ('frontend', 'POST', '/v1/books', {'title': 'A', 'topic': 'b', 'cost': 1, 'stock': 1}))


def bearer(secret):
    return {'Authorization': f'Bearer {secret}'}


class Credentials(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shop = Shop(catalogs=2, orders=2, frontends=1, host='[::1]', settings=STEADY).__enter__()
        cls.addClassCleanup(cls.shop.__exit__, None, None, None)
        for name, secret in (('secret', 'inside'), ('admin', 'boss')):
            file = Path(cls.shop.folder) / name
            file.write_text(secret + '\n')
            file.chmod(0o600)
        cls.shop.config.write_text(cls.shop.config.read_text() + f'[cluster]\nsecret-file = {cls.shop.folder}/secret\n'
                                   f'admin-secret-file = {cls.shop.folder}/admin\n')
        cls.shop.start()

    def ask(self, role, method, target, body, headers=None):
        return http.request(self.shop[role, 0].address, method, target, body, headers)

    def test_buyers_need_none(self):
        self.assertEqual(201, self.shop.order((1, 1)).status)
        self.assertEqual(200, self.shop.get('/lookup?item=1').status)
        for p in self.shop.processes.values():
            self.assertEqual(200, p.get('/healthz').status)

    def test_internal_calls_need_the_clusters(self):
        for role, method, target, body in INTERNAL:
            with self.subTest(f'{method} {target} at {role}'):
                missing = self.ask(role, method, target, body)
                self.assertEqual(401, missing.status)
                self.assertEqual('Bearer', missing.headers['WWW-Authenticate'])
                self.assertEqual(403, self.ask(role, method, target, body, bearer('guess')).status)
                self.assertEqual(403, self.ask(role, method, target, body, bearer('boss')).status)
                self.assertLess(self.ask(role, method, target, body, bearer('inside')).status, 300)

    def test_changing_books_needs_the_admins(self):
        for role, method, target, body in ADMIN:
            with self.subTest(f'{method} {target}'):
                self.assertEqual(401, self.ask(role, method, target, body).status)
                self.assertEqual(403, self.ask(role, method, target, body, bearer('guess')).status)
                self.assertLess(self.ask(role, method, target, body, bearer('boss')).status, 300)

    def test_a_peer_stream_needs_the_clusters(self):
        for secret in ('', 'Authorization: Bearer guess\r\n'):
            answer = http.raw(self.shop['catalog', 0].address, b'GET /v1/peer HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n'
                              b'Upgrade: bookstored-peer/1\r\n' + secret.encode() + b'\r\n', until=b'\r\n\r\n')
            self.assertRegex(answer.split(b'\r\n')[0], rb'HTTP/1.1 40[13] ')

    def test_a_killed_replica_comes_back(self):
        self.shop.kill('catalog', 1)
        wait_until(lambda: self.shop.order((2, 1)).status in (201, 409), what='a purchase')
        self.shop.restart('catalog', 1)


if __name__ == '__main__':
    unittest.main()
