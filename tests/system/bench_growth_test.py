"""scripts/bench/growth runs: every kind of request is answered at every size."""
import subprocess
import unittest

from support.shop import BIN, PATIENCE, TOP, UNHURRIED, environment


class BenchGrowth(unittest.TestCase):
    def test_a_table_can_be_pasted(self):
        done = subprocess.run([TOP / 'scripts' / 'bench' / 'growth', f'--bin={BIN}', '--sizes=7,60', '--seconds=0.3', '--layout=1+1'],
                              capture_output=True, text=True, timeout=3 * PATIENCE, env=environment(UNHURRIED))
        self.assertEqual(0, done.returncode, done.stderr)
        rows = [line.strip('| ').split(' | ') for line in done.stdout.splitlines() if line.startswith('| ')]
        self.assertEqual(['books', '7', '60'], rows[0])
        self.assertEqual(6, sum(row[0].startswith('a ') for row in rows))
        for row in rows[1:]:
            self.assertEqual(3, len(row), row)
            self.assertNotIn('failed', ' '.join(row))


if __name__ == '__main__':
    unittest.main()
