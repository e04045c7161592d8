"""Random faults for a shop, drawn from a seed: processes killed, stopped for a while, terminated, and started again.

Each role has its own sequence of faults, so that faults of different roles overlap as they come; within a role one
process at a time is ill and is well again before the next one: never more than a minority of a group is down, but for
the moments in which everything is killed at once. The sequence is fixed by the seed; where in the work of the shop it
strikes is not, and "the leader" is whoever leads then.
"""
import contextlib
import random
import signal
import threading
import time

from .shop import PATIENCE, ROLES, wait_until

LEASE = 1.0     # of a frontend, in seconds


class Signals:
    """Faults of processes."""
    KINDS = {'kill': 4, 'pause': 3, 'long pause': 2, 'terminate': 2}

    def __init__(self, shop):
        self.shop = shop

    def choose(self, dice):
        kind = dice.choices(list(self.KINDS), self.KINDS.values())[0]
        low, high = dict(pause=(0.02, 0.8), kill=(0, 1.5), terminate=(0, 1)).get(kind, (1.3 * LEASE, 3 * LEASE))
        return kind, dice.uniform(low, high)

    def strike(self, victim, kind, seconds):
        if kind in ('pause', 'long pause'):
            victim.signal(signal.SIGSTOP)
            try:
                time.sleep(seconds)
            finally:
                victim.signal(signal.SIGCONT)
        else:
            if kind == 'kill':
                victim.kill()
            elif victim.stop() != 0:
                raise AssertionError(f'{victim.name} ended with {victim.popen.returncode} after SIGTERM: {victim.log_tail(3)}')
            time.sleep(seconds)
            victim.start()


class Partitions:
    """Faults of the network between the hosts of a shop. Clients reach the frontends at all times: what is cut off is
    asked all the same."""
    KINDS = {'isolate': 3, 'deafen': 2, 'silence': 2, 'cut from the leader': 3, 'cut one way from the leader': 2, 'kill': 1}

    def __init__(self, shop, network):
        self.shop, self.network, self.signals = shop, network, Signals(shop)

    def choose(self, dice):
        kind = dice.choices(list(self.KINDS), self.KINDS.values())[0]
        # Shorter and longer than a lease and than an election.
        return kind, dice.choice((dice.uniform(0.1, 0.8), dice.uniform(1.3 * LEASE, 3 * LEASE)))

    def strike(self, victim, kind, seconds):
        if kind == 'kill':
            return self.signals.strike(victim, kind, seconds)
        # A frontend talks to the catalog leader, for its lease; a replica to its own group's.
        leader = self.shop.leader('order' if victim.role == 'order' else 'catalog')
        others = [leader] if leader and leader is not victim and 'leader' in kind else self.shop.processes.values()
        sent = [(victim.host, p.host) for p in others if p is not victim]
        received = [(p, v) for v, p in sent]
        links = {'deafen': received, 'silence': sent, 'cut one way from the leader': sent}.get(kind, sent + received)
        self.network.cut(*links)
        try:
            time.sleep(seconds)
        finally:
            self.network.heal(*links)


class Chaos:
    """`faults`: a kind of weather, as Signals. `calm`: mean pause between two faults of one role, in seconds."""

    def __init__(self, shop, seed, faults, calm=1.0, everything=20.0):
        """`everything`: mean time between two deaths of everything, in seconds; None: never."""
        self.shop, self.seed, self.faults, self.calm, self.everything = shop, seed, faults, calm, everything
        self.began = time.monotonic()
        self.happened = []      # (seconds since the beginning, what)
        self.failed = []
        self.ending = threading.Event()
        self.turns = {role: threading.Lock() for role in ROLES}
        self.threads = [threading.Thread(target=self._suffer, args=(self._strike_one, role, calm), daemon=True) for role in ROLES]
        if everything:
            self.threads.append(threading.Thread(target=self._suffer, args=(self._kill_everything, 'all', everything), daemon=True))

    def run(self, seconds):
        for t in self.threads:
            t.start()
        self.ending.wait(seconds)       # ends early when a thread fails
        self.ending.set()
        for t in self.threads:
            t.join(3 * PATIENCE)
            if t.is_alive():
                self.failed.append('a fault does not come to an end')
        assert not self.failed, f'seed {self.seed}: {self.failed}'

    def story(self):
        return '\n'.join(f'{at:7.2f} s  {what}' for at, what in self.happened)

    def _suffer(self, strike, name, calm):
        dice = random.Random(f'{self.seed}/{name}')
        try:
            while not self.ending.wait(dice.uniform(0.2, 1.8) * calm):
                strike(name, dice)
        except Exception as e:  # whatever it is, it must not end the faults without a word
            self.failed.append(f'{name}: {e!r}')
            self.ending.set()

    def _strike_one(self, role, dice):
        kind, seconds = self.faults.choose(dice)
        at_the_leader, chosen = dice.random() < 0.4, dice.randrange(len(self.shop.of(role)))
        with self.turns[role]:
            leader = self.shop.leader(role) if at_the_leader and role != 'frontend' else None
            victim = leader or self.shop[role, chosen]
            self._note(f"{kind} {victim.name}{' (leader)' if leader else ''} for {seconds:.2f} s")
            self.faults.strike(victim, kind, seconds)
            wait_until(victim.ready, what=f'{victim.name} being ready after {kind}')

    def _kill_everything(self, _, dice):
        seconds = dice.uniform(0, 0.5)
        with contextlib.ExitStack() as all_turns:
            for role in ROLES:
                all_turns.enter_context(self.turns[role])
            self._note(f'kill everything for {seconds:.2f} s')
            for p in self.shop.processes.values():
                p.popen.kill()
            for p in self.shop.processes.values():
                p.kill()
            time.sleep(seconds)
            for p in self.shop.processes.values():
                p.start()
            self.shop.wait_ready()

    def _note(self, what):
        self.happened.append((time.monotonic() - self.began, what))
