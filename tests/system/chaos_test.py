"""Processes die, are stopped for a while and come back at random, under clients that record everything they see. Then,
in quiet: every history is linearizable, every answered order is on record, stock and orders agree.

    CHAOS_SECONDS=60 CHAOS_SEED=7 CHAOS_KEEP=/tmp/why python3 -m unittest -v chaos_test      # scripts/bench/chaos does this

The seed is printed; the same seed draws the same faults and the same deeds again. CHAOS_KEEP names a folder for what is
needed to find out why a run failed: logs, data, history and orders.
"""
import os
import random
import shutil
import time
import unittest
from pathlib import Path

from support.chaos import Chaos, Partitions, Signals
from support.history import History
from support.network import Network, needs_network
from support.recorders import Recorders
from support.shop import Shop
from support.verdict import kept, settled

SECONDS = float(os.environ.get('CHAOS_SECONDS', 15))
LAYOUT = tuple(map(int, os.environ.get('CHAOS_LAYOUT', '3+3+2').split('+')))       # catalogs, orders, frontends
THREADS = int(os.environ.get('CHAOS_THREADS', 2))      # of a frontend
CLIENTS = int(os.environ.get('CHAOS_CLIENTS', 16))
BOOKS = [{'id': i, 'title': f'Book {i}', 'topic': 'ds' if i % 2 else 'gs', 'cost': 100 * i, 'stock': 30} for i in range(1, 13)]
SETTINGS = f'[frontend]\nthreads = {THREADS}\n'


def seed():
    return int(os.environ.get('CHAOS_SEED') or random.SystemRandom().randrange(10**6))


class ChaosTest(unittest.TestCase):
    def suffer(self, shop, make_faults, **more):
        number = seed()
        print(f'\nseed {number}', flush=True)
        shop.start()
        history = History(BOOKS)
        chaos = Chaos(shop, number, make_faults(shop), **more)
        try:
            with Recorders(shop, history, [b['id'] for b in BOOKS], number, CLIENTS) as recorders:
                chaos.run(SECONDS)
                shop.wait_ready()
                time.sleep(1)       # what the clients see once all is well belongs to the history
            print(f'{len(chaos.happened)} faults; {history.outcomes()}', flush=True)
            history.write(shop.folder / 'history.jsonl', {})    # should it come to nothing more
            kept(self, shop, recorders, history, settled(shop), shop.folder)
        except BaseException:
            print(f'seed {number} failed\n{chaos.story()}', flush=True)
            if folder := os.environ.get('CHAOS_KEEP'):
                shutil.copytree(shop.folder, Path(folder) / f'{self._testMethodName}-{number}', dirs_exist_ok=True)
            raise

    def test_processes_killed_stopped_and_restarted(self):
        with Shop(*LAYOUT, books=BOOKS, settings=SETTINGS) as shop:
            self.suffer(shop, Signals)

    @needs_network
    def test_hosts_cut_off_from_each_other(self):
        network = Network()
        self.addCleanup(network.close)
        with Shop(*LAYOUT, books=BOOKS, settings=SETTINGS, network=network) as shop:
            self.suffer(shop, lambda s: Partitions(s, network), everything=None)


if __name__ == '__main__':
    unittest.main()
