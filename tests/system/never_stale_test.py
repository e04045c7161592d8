"""Stories about frontends that cannot know what is current: they say 503 until they do, and never what was so before."""
import signal
import threading
import unittest

from support import http
from support.network import Network, needs_network
from support.shop import PATIENCE, Shop, wait_until

BOOKS = [{'id': i, 'title': f'Book {i}', 'topic': 'ds', 'cost': 0, 'stock': 100} for i in range(1, 4)]
READS = ('/lookup?item=1', '/v1/books/1', '/search?topic=ds', '/v1/books?q=book')


def cost_in(answer):
    """Of book 1 in an answer of any kind."""
    shown = answer.json()
    return next(b['cost'] for b in shown.get('books', [shown]) if b['id'] == 1)


class NeverStale(unittest.TestCase):
    settings = ''

    def shop(self, network=None):
        shop = Shop(3, 3, 2, books=BOOKS, network=network, settings=self.settings)
        shop.__enter__()
        self.addCleanup(shop.__exit__, None, None, None)
        shop.start()
        self.cost = 0
        for frontend in shop.of('frontend'):
            self.see(frontend)      # and keep it
        return shop

    def write(self, frontend):
        """Raises the cost; returns when that has been answered. From then on nobody may see the one before."""
        self.cost += 1

        def done():
            answer = http.request(frontend.address, 'PATCH', '/v1/books/1', {'cost': self.cost}, timeout=PATIENCE)
            return answer.status == 200
        wait_until(done, what=f'an answer to the change to {self.cost}')       # to say it twice changes nothing

    def look(self, frontend, target):
        """The cost that it shows, or None for 503."""
        answer = frontend.get(target, timeout=PATIENCE)
        if answer.status == 503:
            self.assertIn('Retry-After', answer.headers)
            return None
        self.assertEqual(200, answer.status, answer.text)
        return cost_in(answer)

    def see(self, frontend):
        """Every kind of read gives what was written last, once the frontend is sure of it, and nothing else till then."""
        for target in READS:
            def seen(target=target):
                cost = self.look(frontend, target)
                self.assertIn(cost, (None, self.cost), f'{frontend.name}: {target}')
                return cost is not None
            wait_until(seen, what=f'{frontend.name} knowing')

    def refuse(self, frontend, leads):
        """Reads come to be refused for as long as leads(): there is no lease to be had from another leader."""
        def refused():
            costs = [self.look(frontend, target) for target in READS]
            self.assertLessEqual(set(costs), {None, self.cost}, frontend.name)
            return None in costs or not leads()
        wait_until(refused, what=f'{frontend.name} refusing')

    def test_a_frontend_stopped_for_longer_than_its_lease(self):
        shop = self.shop()
        writer, reader = shop.of('frontend')
        for _ in range(3):
            reader.signal(signal.SIGSTOP)
            before, in_flight = self.cost, []
            # Asked before it was stopped, for all that the frontend can tell, and answered long after its lease.
            threads = [threading.Thread(target=lambda t=t: in_flight.append(reader.get(t, timeout=PATIENCE))) for t in READS]
            for t in threads:
                t.start()
            self.write(writer)
            self.write(writer)
            reader.signal(signal.SIGCONT)
            for target in READS:
                self.assertIn(self.look(reader, target), (None, self.cost))
            for t in threads:
                t.join(PATIENCE)
            for answer in in_flight:
                self.assertTrue(answer.status == 503 or before <= cost_in(answer) <= self.cost)
            self.see(reader)

    @needs_network
    def test_a_frontend_cut_off_from_the_leader_but_not_from_the_others(self):
        network = Network()
        self.addCleanup(network.close)
        shop = self.shop(network)
        writer, reader = shop.of('frontend')
        for ways in ((1, 1), (1, 0), (0, 1)):
            with self.subTest(ways=ways):
                leader = shop.wait_leader('catalog')
                links = [(reader.host, leader.host)] * ways[0] + [(leader.host, reader.host)] * ways[1]
                network.cut(*links)
                self.write(writer)
                self.refuse(reader, lambda: shop.leader('catalog') is leader)
                self.write(writer)
                network.heal(*links)
                self.see(reader)

    @needs_network
    def test_a_leader_cut_off_from_its_group_but_not_from_the_frontends(self):
        network = Network()
        self.addCleanup(network.close)
        shop = self.shop(network)
        for one_way in (False, True):
            with self.subTest(one_way=one_way):
                leader = shop.wait_leader('catalog')
                others = [p for p in shop.of('catalog') if p is not leader]
                links = [(p.host, leader.host) for p in others]
                links += [] if one_way else [(leader.host, p.host) for p in others]
                network.cut(*links)
                for frontend in shop.of('frontend') * 2:
                    self.write(frontend)
                    for reader in shop.of('frontend'):
                        self.see(reader)
                network.heal(*links)
                for reader in shop.of('frontend'):
                    self.see(reader)
                self.assertEqual(self.cost, shop.wait_agreement()[0]['cost'])


class NeverStaleWithSeveralLoops(NeverStale):
    """The same stories with frontends of which each connection may be any loop's."""
    settings = '[frontend]\nthreads = 3\n'


if __name__ == '__main__':
    unittest.main()
