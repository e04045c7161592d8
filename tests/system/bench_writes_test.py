"""scripts/bench/writes runs, and its load counts what was answered and nothing else."""
import re
import subprocess
import sys
import unittest

from support.shop import BIN, PATIENCE, TOP, UNHURRIED, Shop, environment, free_ports

sys.path.append(str(TOP / 'scripts' / 'lib'))
from peers.base import LeftOut, Tools, need  # noqa: E402
from peers.shops import Bookstored, catalogue  # noqa: E402


class BenchWrites(unittest.TestCase):
    def test_a_table_can_be_pasted(self):
        done = subprocess.run([TOP / 'scripts' / 'bench' / 'writes', f'--bin={BIN}', '--only=bookstored-2', '--clients=1,8', '--load=hot', '--seconds=2',
                               '--rounds=1'], capture_output=True, text=True, timeout=3 * PATIENCE, env=environment(UNHURRIED))
        self.assertEqual(0, done.returncode, done.stderr)
        rows = re.findall(r'^\| (\d+) \| bookstored, 2 catalogs, 2 orders \| .* \| ([\d,]+) \| 1\.00 \|', done.stdout, re.MULTILINE)
        self.assertEqual(['1', '8'], [clients for clients, _ in rows])
        self.assertTrue(all(int(rate.replace(',', '')) > 0 for _, rate in rows), rows)

    def test_what_it_counts_is_what_was_sold(self):
        with Tools() as tools, Shop(2, 2, 1, books=catalogue(5), settings=UNHURRIED) as shop:
            shop.start()
            peer = Bookstored(5, free_ports, tools)
            with peer:
                peer.port = shop.frontend().port
                figures = peer.run(4, 5, 2, 0.2)
            sold = 5 * 1_000_000_000 - sum(book['stock'] for book in shop.wait_agreement())
            self.assertEqual(0, figures['failed'])
            self.assertGreater(figures['answered'], 0)
            # Each of the four was sent one more, whose answer nobody waited for.
            self.assertTrue(figures['all'] <= sold <= figures['all'] + 4, (figures, sold))

    def test_who_is_not_installed_is_left_out(self):
        with self.assertRaisesRegex(LeftOut, 'no-such-program is not installed'):
            need('sh', 'no-such-program')


if __name__ == '__main__':
    unittest.main()
