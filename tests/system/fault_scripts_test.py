"""The fault stories of scripts/fault: the quick ones on a local cluster; through ssh and systemctl, both played here; and
whether the judge of what clients saw sees what is wrong."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from support.shop import BIN, PATIENCE, SANITIZERS_SAY, TOP, free_ports

FAULT = TOP / 'scripts' / 'fault'
# The host is this one; a unit is a process of the local cluster.
SSH = '#!/bin/sh\nshift\nPATH=$(dirname "$0"):$PATH exec sh -c "$*"\n'
SYSTEMCTL = '''#!/bin/sh
echo "$*" >>"$(dirname "$0")/asked"
. "$SHOP_TOP/scripts/lib/cluster.sh"
for unit; do name=${unit#bookstored@}; done
case $1 in
kill) kill -s "$3" "$(pid_of "$name")" ;;
stop) ! pid=$(pid_of "$name") || [ -z "$pid" ] || { kill "$pid"; wait_gone "$name" "$patience"; } ;;
start) start "${name%-*}" "${name##*-}" ;;
esac
'''


class Stories(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix='bookstored-fault-'))
        self.addCleanup(shutil.rmtree, self.folder)
        self.environment = {**{k: v for k, v in os.environ.items() if not k.startswith('FAULT_')}, 'SHOP_BIN': str(BIN),
                            'SHOP_RUN': str(self.folder / 'run'), 'SHOP_TOP': str(TOP), 'TMPDIR': str(self.folder), 'FAULT_BOUND': str(PATIENCE)}
        port = iter(free_ports(5))
        config = self.folder / 'wanted.conf'
        config.write_text(''.join(f'[{role}]\n' + ''.join(f'replica = 127.0.0.1:{next(port)}\n' for _ in range(count))
                                  for role, count in (('catalog', 2), ('order', 2), ('frontend', 1))))
        self.run_script(TOP / 'scripts' / 'run-local', config)
        self.addCleanup(self.assert_no_reports)
        self.addCleanup(self.run_script, TOP / 'scripts' / 'run-local', '--stop')

    def assert_no_reports(self):
        for log in (self.folder / 'run').glob('*/log'):
            said = log.read_text(errors='replace')
            self.assertFalse(any(mark in said for mark in SANITIZERS_SAY), said)

    def run_script(self, *command, status=0, **environment):
        done = subprocess.run([str(c) for c in command], env={**self.environment, **environment}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=8 * PATIENCE)
        self.assertEqual(status, done.returncode, done.stdout)
        return done.stdout

    def test_quick_ones_keep_every_promise_and_fill_the_table(self):
        table = self.folder / 'table'
        for story in ('crash', 'resync', 'kill-leader'):
            said = self.run_script(FAULT / story, FAULT_ROUNDS='1', FAULT_TABLE=str(table))
            self.assertRegex(said, r'lost 0, double 0, stale 0, other wrong answers 0; audit: .*: clean')
            self.assertRegex(said, rf'{story}: OK: whole again within \d+ ms')
        rows = [line.split('\t') for line in table.read_text().splitlines()]
        self.assertEqual(['crash', 'resync', 'kill-leader'], [row[0] for row in rows])
        for row in rows:
            self.assertEqual('0 / 0 / 0', row[5])
            self.assertGreater(int(row[1]), 0, 'a gap in buys cannot be none')

    def test_a_slow_disk_is_handed_over_and_costs_no_purchase(self):
        said = self.run_script(FAULT / 'slow-disk')
        self.assertEqual(2, len(re.findall(r'after \d+ ms catalog-0 leads', said)), said)
        self.assertRegex(said, r'purchases answered, 0 never;')

    def test_a_damaged_log_costs_no_purchase(self):
        self.assertRegex(self.run_script(FAULT / 'damaged-log'), r'damaged-log: OK: whole again')

    def test_a_gap_beyond_the_limit_fails(self):
        said = self.run_script(FAULT / 'kill-leader', FAULT_ROUNDS='1', FAULT_GAP_MAX='1', status=1)
        self.assertRegex(said, r'BROKEN: no purchase for \d+ ms, more than 1')

    def test_through_ssh_and_systemctl(self):
        tools = self.folder / 'tools'
        tools.mkdir()
        for name, text in (('ssh', SSH), ('systemctl', SYSTEMCTL)):
            (tools / name).write_text(text)
            (tools / name).chmod(0o755)
        said = self.run_script(FAULT / 'crash', FAULT_HOSTS='ssh', FAULT_SSH=str(tools / 'ssh'),
                               FAULT_CONFIG=str(self.folder / 'run' / 'cluster.conf'))
        self.assertIn('crash: OK', said)
        asked = (tools / 'asked').read_text().splitlines()
        self.assertIn('kill -s KILL bookstored@catalog-1', asked)
        self.assertIn('start --no-block bookstored@order-1', asked)


class TheJudge(unittest.TestCase):
    def judge(self, buys, reads, orders, stock=10):
        with tempfile.TemporaryDirectory() as folder:
            files = []
            for number, lines in enumerate((buys, reads, orders), 1):
                path = Path(folder) / str(number)
                path.write_text(''.join(line + '\n' for line in lines))
                files += [f'file={number}', str(path)]
            done = subprocess.run(['awk', '-v', f'stock={stock}', '-f', str(FAULT / 'lib' / 'judge.awk'), *files],
                                  capture_output=True, text=True, check=True)
        return {k: int(v) for k, v in (line.split('=') for line in done.stdout.splitlines())}

    def test_nothing_wrong(self):
        said = self.judge(['100 101 201 a 1', '105 110 503 b -', '112 150 201 b 2'],
                          ['99 100 200 10', '100 102 200 9', '102 103 200 9', '120 140 000 -', '151 160 200 8'], ['1 a', '2 b'])
        self.assertEqual(dict(bought=2, refused=1, unheard=0, gap=490, seen=4, reads_refused=0, reads_unheard=1, read_gap=570, stale_shown=0, stale_possible=0,
                              lost=0, double=0, stale=0, wrong=0, unanswered=0), said)

    def test_lost(self):
        self.assertEqual(1, self.judge(['1 2 201 a 1', '3 4 201 b 2'], [], ['1 a'])['lost'])
        self.assertEqual(1, self.judge(['1 2 201 a 1'], [], ['1 somebody-else'])['lost'])

    def test_double(self):
        self.assertEqual(1, self.judge(['1 2 201 a 1'], [], ['1 a', '2 a'])['double'])
        self.assertEqual(1, self.judge(['1 2 201 a 1', '3 4 201 b 1'], [], ['1 a'])['double'])

    def test_stale(self):
        buys = ['1 5 201 a 1']
        self.assertEqual(0, self.judge(buys, ['5 6 200 10'], ['1 a'])['stale'], 'asked before the purchase was answered')
        said = self.judge(buys, ['6 7 200 10'], ['1 a'])
        self.assertEqual((1, 10, 9), (said['stale'], said['stale_shown'], said['stale_possible']))
        self.assertEqual(1, self.judge(buys, ['2 3 200 9', '4 5 200 10'], ['1 a'])['stale'], 'shown, and not any more')

    def test_never_answered_and_wrong(self):
        said = self.judge(['1 2 503 a -', '3 4 409 b -'], ['1 2 404 -'], [])
        self.assertEqual((1, 2, 2), (said['refused'], said['wrong'], said['unanswered']))


if __name__ == '__main__':
    unittest.main()
