"""Clients that hold connections, dawdle, send noise or ask for more than can be done do no harm to the others, nor to the
processes' word among themselves; and what they took comes back."""
import contextlib
import random
import unittest

from support.attackers import BODY, HEADER, READER, Attack, dribble, flood, garbage, idle, read, stream
from support.customers import Customers
from support.shop import ROLES, Shop, wait_until
from support.vitals import Calm, descriptors
from support.witness import Witness

BOOKS = [{'id': i, 'title': f'Book {i}', 'topic': 'ds', 'cost': 100, 'stock': 10_000_000} for i in range(1, 101)]
# For a machine that is some times slower than others, and has other work: what is shorter than HELD_UP it may do to anybody.
SETTINGS = '[consensus]\nelection-ms = 1000\nheartbeat-ms = 100\n[cache]\nlease-ms = 3000\n[http]\nrequest-ms = 9000\n'
HELD_UP = 0.3   # seconds
TRIES = 5
LATE = 30       # seconds, some times request-ms: not answered late, but held
SLACK_MB = 48
LINES = 200     # of one process's log, and
LINES_A_SECOND = 10


def harm(calm, customers, full):
    """name -> what was done to others than the attackers. Nobody may be refused, but by the role that is `full`: there a customer's
    connection may also be cut short."""
    answered = {kind: len(times) for kind, times in customers.times.items()}
    refused = {kind: len(times) for kind, times in customers.refused.items() if times}
    if full == 'frontend':
        refused, broken = {}, []
    elif full:
        refused, broken = {k: n for k, n in refused.items() if k != 'health'}, [b for b in customers.broken if not b.startswith('health')]
    else:
        broken = customers.broken
    if full and answered['health'] <= len(customers.refused['health']):
        refused['health'] = len(customers.refused['health'])
    slow = {'seconds': customers.slowest()} if customers.slowest() > LATE else {}
    return {name: found for name, found in dict(moved=calm.moved(), refused=refused, broken=broken, slow=slow).items() if found}


class Overload(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.resources = contextlib.ExitStack()
        cls.shop = cls.resources.enter_context(Shop(catalogs=2, orders=2, frontends=1, books=BOOKS, settings=SETTINGS))
        cls.shop.start()

    @classmethod
    def tearDownClass(cls):
        cls.resources.close()

    def address(self, role):
        return self.shop.wait_leader(role).address if role != 'frontend' else self.shop.frontend().address

    def attacked(self, crowds, established, full, count=60):
        """(how the shop was before, its customers meanwhile, the attack)"""
        calm = Calm(self.shop)
        with Attack(*crowds) as attack:
            attack.wait_for(*established)
            with Customers(self.shop) as customers:
                customers.wait_for(count, or_refused=full)
        return calm, customers, attack

    def unharmed(self, attack, harm):
        """What attack() returns, of which harm() finds nothing. If it does while the machine held up a bystander, too, that proves
        nothing: then once more."""
        for _ in range(TRIES):
            with Witness() as witness:
                try:
                    found = attack()
                    done = harm(*found)
                except AssertionError as in_vain:
                    done = in_vain
            if not done:
                return found
            self.assertGreater(witness.longest, HELD_UP, done)
            print(f'held up for {witness.longest:.1f} s by this machine: {done}', flush=True)
        self.skipTest('this machine holds up whoever runs on it')

    def survives(self, crowds, established, full=False):
        """Attacks each role's port in turn. `established`: what the attack has to count before it is one, and how often.
        `full`: the process attacked may turn away whoever comes, if it says so."""
        for role in ROLES:
            with self.subTest(role):
                for _ in range(TRIES):
                    calm, customers, attack = self.unharmed(lambda: self.attacked(crowds(self.address(role)), established, full),
                                                            lambda calm, customers, _: harm(calm, customers, role if full else None))
                    self.assertEqual([], customers.wrong)
                    self.assertEqual(0, attack.counts['503 without Retry-After'])
                    self.assertLess(calm.logged(), LINES + LINES_A_SECOND * calm.seconds())
                    if self.given_back(calm):
                        break
                else:
                    self.fail(f'{TRIES} times one attack after the other made {role} hold more')

    def given_back(self, calm):
        """All descriptors; and the memory, but for what the allocator keeps for the next time, and an attack adds no more to."""
        wait_until(lambda: not calm.descriptors_held(), what=f'the descriptors given back: {calm.descriptors_held()}')
        return not calm.memory_held(SLACK_MB)

    def test_a_thousand_connections_that_say_nothing(self):
        self.survives(lambda address: [idle(address, 1000)], ('held', 1000))

    def test_a_thousand_connections_kept_after_a_request(self):
        self.survives(lambda address: [idle(address, 1000, used=True)], ('held', 1000))

    def test_two_hundred_headers_and_bodies_that_come_a_byte_a_second(self):
        self.survives(lambda address: [dribble(address, 100, HEADER), dribble(address, 100, BODY)], ('dribbled', 400))

    def test_two_hundred_that_do_not_read_their_answers(self):
        self.survives(lambda address: [dribble(address, 200, READER, '/metrics')], ('dribbled', 400))

    def test_garbage(self):
        seed = random.randrange(2**32)
        with self.subTest(seed=seed):
            self.survives(lambda address: [garbage(address, 50, seed)], ('thrown', 2000))

    def test_all_of_them_together(self):
        self.survives(lambda address: [idle(address, 1000), dribble(address, 200, HEADER), garbage(address, 50, 7)], ('thrown', 500),
                      full=True)

    def test_more_reads_than_can_be_answered(self):
        self.survives(lambda address: [flood(address, 200, read), stream(address, 100, 100, read)], ('asked', 5000), full=True)

    def test_more_purchases_than_can_be_made(self):
        self.survives(lambda address: [flood(address, 400), stream(address, 100, 100)], ('asked', 5000), full=True)

    def test_more_connections_than_are_served(self):
        # Who is one too many is told so, or another gives way: either comes again.
        self.survives(lambda address: [flood(address, 1500)], ('connected', 2000), full=True)

    def test_a_process_that_may_have_few_descriptors(self):
        frontend = self.shop.frontend()
        self.assertEqual(0, frontend.stop())
        try:
            frontend.start(before=['prlimit', '--nofile=300:300'])
            wait_until(frontend.ready, what='the frontend being ready')

            def attack():
                calm = Calm(self.shop)
                with Attack(idle(frontend.address, 600)) as attack:
                    attack.wait_for('connected', 600)
                    with Customers(self.shop) as customers:
                        customers.wait_for(60, or_refused=True)
                    self.assertLess(descriptors(frontend), 300)
                return calm, customers
            calm, customers = self.unharmed(attack, lambda calm, _: calm.moved())
            self.assertEqual([], customers.wrong)
            self.assertGreater(len(customers.times['health']), 0)
            self.shop.bought((1, 1))
            self.assertLess(calm.logged(), LINES + LINES_A_SECOND * calm.seconds())
            self.given_back(calm)
        finally:
            self.assertEqual(0, frontend.stop())
            self.shop.restart('frontend', 0)


if __name__ == '__main__':
    unittest.main()
