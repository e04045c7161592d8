"""scripts/reproduce from end to end, with few requests: its page is whole, and needs nothing else."""
import json
import re
import subprocess
import sys
import tempfile
import unittest
import xml.dom.minidom
from pathlib import Path

from support.shop import BIN, PATIENCE, TOP, UNHURRIED, Shop, environment

sys.path.append(str(TOP / 'scripts' / 'lib'))
from reproduction.tiers import BOOKS  # noqa: E402

FEW = ('--requests=12', '--seconds=1')
WHAT_IS_CACHED_STAYS = f'{UNHURRIED}[cache]\nlease-ms = 5000\n'


def reproduce(*arguments):
    done = subprocess.run([TOP / 'scripts' / 'reproduce', f'--bin={BIN}', *FEW, *arguments], capture_output=True, text=True,
                          timeout=5 * PATIENCE, env=environment(WHAT_IS_CACHED_STAYS))
    assert done.returncode == 0, done.stdout + done.stderr
    return done


class Reproduce(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix='bookstored-test-')))
        self.report = self.folder / 'report.html'

    def parts_of(self, text):
        page = xml.dom.minidom.parseString(text.replace('<!DOCTYPE html>\n', ''))
        return {s.getAttribute('id'): s for s in page.getElementsByTagName('section')}

    def assert_needs_nothing_else(self, text):
        for reference in re.findall(r'(?:src|href|url|import)\s*[=(]\s*["\']?([^"\')\s>]+)', text):
            self.assertTrue(reference.startswith('#'), reference)
        self.assertNotIn('<script', text)

    def test_every_table_and_figure_is_there(self):
        said = reproduce(f'--report={self.report}', f'--json={self.folder / "figures.json"}').stdout
        text = self.report.read_text()
        self.assert_needs_nothing_else(text)
        parts = self.parts_of(text)
        self.assertEqual(['table2', 'table3', 'scale', 'table4', 'miss', 'clients', 'probability', 'eviction', 'faults', 'how'], list(parts))
        for name, part in parts.items():
            if name != 'how':
                self.assertTrue(part.getElementsByTagName('svg'), f'{name} has no picture')
        for published in ('15.78', '48.42', '7.896', '11.55', '15.87'):
            self.assertIn(published, text)
            self.assertIn(published, said)
        figures = json.loads((self.folder / 'figures.json').read_text())
        self.assertEqual(12, figures['table 2']['lookup']['catalog']['n'])
        self.assertGreater(figures['table 2']['lookup']['catalog']['mean'], 0)     # no cache: each asks a catalog
        self.assertEqual(0, figures['table 3']['lookup']['catalog']['mean'])       # seven books: after the warm-up all are hits
        self.assertEqual(figures['eviction']['expected'], figures['eviction']['hits'])
        self.assertEqual(2, len(figures['faults']['copies']))

    def test_at_a_shop_that_runs_what_cannot_be_is_left_out(self):
        with Shop(catalogs=1, orders=1, books=BOOKS) as shop:
            shop.start()
            done = reproduce(f'--endpoint={shop.frontend().address}', f'--report={self.report}', '--only=tables,miss,faults')
            self.assertIn('left out', done.stderr)
            self.assertEqual(['table3', 'miss', 'how'], list(self.parts_of(self.report.read_text())))


if __name__ == '__main__':
    unittest.main()
