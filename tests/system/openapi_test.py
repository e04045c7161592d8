"""docs/openapi.json and the running programs say the same: every path it names is served, by the role it names, with a
status that it documents, and every 405 names exactly the methods it documents."""
import json
import unittest

from support import http
from support.shop import STEADY, TOP, Shop

EXAMPLES = {'item': 1, 'topic': 'ds', 'id': 0, 'q': 'how', 'limit': 2, 'after': 1, 'offset': 0}
BODIES = {'/v1/books': {'title': 'A', 'topic': 'b', 'cost': 1, 'stock': 1}, '/v1/books/{id}': {'delta': 1},
          '/v1/orders': {'lines': [{'item': 1}]}, '/update': {'delta': 1}, '/v1/members': {'slot': 0}}
NODE = '0123456789abcdef'       # nobody's
REFUSED = {('post', '/v1/members'): 409, ('delete', '/v1/members/{node}'): 404, ('get', '/v1/backup/{backup}'): 404,
           ('get', '/v1/backup/{backup}/bytes'): 404}
METHODS = ('get', 'post', 'patch', 'put', 'delete')


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.document = json.loads((TOP / 'docs' / 'openapi.json').read_text())
        cls.shop = Shop(catalogs=2, orders=2, frontends=1, settings=STEADY).__enter__()
        cls.addClassCleanup(cls.shop.__exit__, None, None, None)
        cls.shop.start()

    def roles(self, operation):
        tag = operation['tags'][0]
        return [role for role in ('catalog', 'order', 'frontend') if role in tag or tag == 'every role']

    def target(self, path, operation):
        query = [f"{p['name']}={EXAMPLES[p['name']]}" for p in operation.get('parameters', [])
                 if p.get('in') == 'query' and (p['required'] or path in ('/query', '/invalidate') and p['name'] == 'item')]
        return path.replace('{id}', '1').replace('{number}', '1').replace('{node}', NODE) + ('?' + '&'.join(query) if query else '')

    def documented(self, path, role):
        found = {m.upper() for m in METHODS if role in self.roles(self.document['paths'][path].get(m, {'tags': ['none']}))}
        return found | ({'HEAD'} if 'GET' in found and path != '/buy' else set())

    def test_every_operation_is_served_as_documented(self):
        for path, item in self.document['paths'].items():
            for method in METHODS:
                operation = item.get(method)
                for role in self.roles(operation) if operation else ():
                    with self.subTest(f'{method} {path} at {role}'):
                        answer = http.request(self.shop[role, 0].address, method.upper(), self.target(path, operation), BODIES.get(path))
                        self.assertIn(str(answer.status), operation['responses'], answer.text)
                        refused = REFUSED.get((method, path))
                        if refused:
                            self.assertEqual(refused, answer.status, answer.text)
                            continue
                        self.assertTrue(answer.status < 300 or (answer.status == 404 and '{number}' in path), answer.text)
                        for name in operation['responses'][str(answer.status)].get('headers', {}):
                            if name != 'Bookstore-Order' or answer.text.startswith('Bought'):
                                self.assertIn(name, answer.headers)

    def test_every_405_names_the_documented_methods(self):
        for path in self.document['paths']:
            for role in ('catalog', 'order', 'frontend'):
                documented = self.documented(path, role)
                with self.subTest(f'{path} at {role}'):
                    answer = http.request(self.shop[role, 0].address, 'PUT', path.replace('{id}', '1').replace('{number}', '1'))
                    if documented:
                        self.assertEqual(405, answer.status)
                        self.assertEqual(documented, {m.strip() for m in answer.headers['Allow'].split(',')})
                    else:
                        self.assertEqual(404, answer.status)


if __name__ == '__main__':
    unittest.main()
