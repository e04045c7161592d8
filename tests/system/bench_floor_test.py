"""scripts/bench/floor runs, and its parts are what they are said to be."""
import re
import subprocess
import unittest

from support.shop import BIN, PATIENCE, TOP, UNHURRIED, environment


class BenchFloor(unittest.TestCase):
    def test_a_table_can_be_pasted(self):
        done = subprocess.run([TOP / 'scripts' / 'bench' / 'floor', f'--bin={BIN}', '--seconds=1', '--rounds=1'], capture_output=True, text=True,
                              timeout=3 * PATIENCE, env=environment(UNHURRIED))
        self.assertEqual(0, done.returncode, done.stderr)
        rows = re.findall(r'^\| (.+?) \| ([\d,]+) \| ([\d.]*) \| ([\d.]*) \|$', done.stdout, re.MULTILINE)
        us = {what: int(figure.replace(',', '')) for what, figure, _, _ in rows}
        hop, sync, _, floor, _, _, _, _, frontend, order, catalog = us.values()
        self.assertAlmostEqual(floor, 5 * hop + 2 * sync, delta=5)
        self.assertTrue(0 < catalog <= order <= frontend, us)
        self.assertGreater(min(us.values()), 0)
        orders, copies = re.search(r'([\d,]+) orders on record, ([\d,]+) copies taken\.', done.stdout).groups()
        self.assertEqual(orders, copies)


if __name__ == '__main__':
    unittest.main()
