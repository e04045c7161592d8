"""scripts/bench/reads runs, and what it loads answers."""
import re
import shutil
import subprocess
import unittest

from support.shop import BIN, PATIENCE, TOP, UNHURRIED, environment


@unittest.skipUnless(shutil.which('wrk'), 'there is no wrk here; scripts/setup installs it')
class BenchReads(unittest.TestCase):
    def test_a_table_can_be_pasted(self):
        done = subprocess.run([TOP / 'scripts' / 'bench' / 'reads', f'--bin={BIN}', '--only=bookstored,bookstored-2,epoll', '--clients=1,8',
                               '--at-once=1,4', '--seconds=1', '--rounds=1'], capture_output=True, text=True, timeout=3 * PATIENCE, env=environment(UNHURRIED))
        self.assertEqual(0, done.returncode, done.stderr)
        for peer in 'bookstored', 'bookstored, threads = 2', 'a bare epoll loop':
            rows = re.findall(rf'^\| (\d+) \| {peer} \| [\d.]+ \| ([\d,]+) \| [\d,]+ \| [\d,–]+ \|  \|', done.stdout, re.MULTILINE)
            self.assertEqual(['1', '8', '1', '8'], [clients for clients, _ in rows], done.stdout)
            self.assertTrue(all(int(rate.replace(',', '')) > 0 for _, rate in rows), rows)


if __name__ == '__main__':
    unittest.main()
