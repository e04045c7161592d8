"""What scripts/reproduce and scripts/bench reckon and draw, without any process."""
import math
import random
import sys
import unittest
import xml.dom.minidom

from support.shop import TOP

sys.path.append(str(TOP / 'scripts' / 'lib'))
from measuring import axis, charts, page, timelines  # noqa: E402
from measuring.charts import Series  # noqa: E402
from measuring.statistics import percentile, summary, t_quantile  # noqa: E402
from measuring.wire import parse_head  # noqa: E402
from reproduction import eviction, faults, original, sections  # noqa: E402
from support.timing import split  # noqa: E402


def words(svg):
    return [node.firstChild.data for node in xml.dom.minidom.parseString(svg).getElementsByTagName('text')]


class Statistics(unittest.TestCase):
    def test_percentiles_are_values_that_were_measured(self):
        self.assertEqual(50, percentile(list(range(1, 101)), 0.5))
        self.assertEqual(99, percentile(list(range(1, 101)), 0.99))
        self.assertEqual(7, percentile([7], 0.99))

    def test_quantiles_are_those_of_the_tables(self):
        for degrees, quantile in ((4, 2.776), (9, 2.262), (19, 2.093), (100, 1.984)):
            self.assertAlmostEqual(quantile, t_quantile(degrees), delta=0.01)

    def test_an_interval_holds_the_true_mean_about_as_often_as_it_says(self):
        dice = random.Random(1)
        rows = [summary([dice.expovariate(1) for _ in range(200)]) for _ in range(400)]
        held = sum(s.low <= 1 <= s.high for s in rows)
        self.assertGreater(held, 0.90 * len(rows))
        self.assertLess(held, 0.99 * len(rows))

    def test_requests_that_depend_on_each_other_make_it_wider(self):
        drift = [i / 1000 for i in range(1000)]
        shuffled = random.Random(1).sample(drift, len(drift))
        self.assertGreater(summary(drift).half, 3 * summary(shuffled).half)

    def test_of_a_few_nothing_is_claimed(self):
        self.assertTrue(math.isnan(summary([1, 2, 3]).half))
        self.assertEqual(0, summary([5] * 100).half)


class Axes(unittest.TestCase):
    def test_linear_ones_begin_at_nought_and_end_above_everything(self):
        scale = axis.linear([3, 47], 100, 0)
        self.assertEqual((0, 50), (scale.low, scale.high))
        self.assertEqual([0, 10, 20, 30, 40, 50], [v for v, _ in scale.ticks()])
        self.assertEqual(100, scale.place(0))
        self.assertEqual(0, scale.place(50))

    def test_logarithmic_ones_are_whole_decades(self):
        scale = axis.logarithmic([0.02, 0, 30], 0, 100)
        self.assertEqual((0.01, 100), (scale.low, scale.high))
        self.assertEqual([0.01, 0.1, 1, 10, 100], [round(v, 5) for v, labelled in scale.ticks() if labelled])
        self.assertAlmostEqual(25, scale.place(0.1))
        self.assertEqual(0, scale.place(0))     # what has no place stands at the end

    def test_numbers_are_as_short_as_they_can_be(self):
        self.assertEqual(['0', '0.05', '1.5', '2,000', '0.001'], [axis.text_of(v) for v in (0, 0.05, 1.5, 2000, 0.001)])
        self.assertEqual(['0.008', '<0.001', '48.4'], [axis.label_of(v) for v in (0.00793, 0.0002, 48.42)])


class Charts(unittest.TestCase):
    def test_bars_say_their_values_and_leave_gaps_where_there_is_nothing(self):
        svg = charts.bars('T & <c>', ['search', 'buy'], [Series('catalog', [1.5, 20], [0.1, 2]), Series('order', [None, 30], [None, math.nan])])
        self.assertTrue({'T & <c>', 'search', 'buy', '1.5', '20', '30', 'ms'} <= set(words(svg)))
        self.assertEqual(2 + 3, svg.count('<rect'))         # two in the legend
        self.assertEqual(3 * 2, svg.count('"whisker"'))     # no interval, no whisker

    def test_a_logarithmic_scale_says_that_it_is_one(self):
        series = [Series('x', [(1, 10), (64, 1000)])]
        svg = charts.lines('T', series, 'clients', 'a second', x_log=True, y_log=True, x_ticks=[1, 64])
        self.assertTrue({'a second, logarithmic', 'clients, logarithmic', '64'} <= set(words(svg)))
        self.assertNotIn('logarithmic', charts.lines('T', series, 'clients', 'a second'))

    def test_failed_requests_are_crosses(self):
        svg = timelines.timeline('T', 2, {'buy': [(0.5, 3, True), (1, 9, False)]}, [(1, 'killed')], {'order 0': [(0, 2, 'fill2', 'up')]})
        self.assertEqual(1, words(svg).count('×'))
        self.assertIn('killed', words(svg))

    def test_equal_input_gives_equal_bytes(self):
        self.assertEqual(timelines.trace('T', [1, 2, 1], [False, False, True]), timelines.trace('T', [1, 2, 1], [False, False, True]))


class Pages(unittest.TestCase):
    def test_a_page_is_well_formed_whatever_is_written_on_it(self):
        text = page.page('<b>', '&', page.section('s', '"', page.paragraph('<p>'), page.table(['<a>'], [['&']], '<c>')), page.tiles([('<1', '>')]))
        xml.dom.minidom.parseString(text.replace('<!DOCTYPE html>\n', ''))

    def test_a_table_can_be_pasted(self):
        self.assertEqual('| a | b |\n|---|---:|\n| x | 1 |\n', page.markdown(['a', 'b'], [['x', 1]]))


class Reproduction(unittest.TestCase):
    def test_the_published_overheads_follow_from_the_published_times(self):
        published = {'catalog': 18.473, 'order': 6.735, 'frontend': 4.915, 'client': 4.152}
        for tier, percent in published.items():
            reckoned = (original.WITH_INVALIDATION[tier] / original.WITHOUT_INVALIDATION[tier] - 1) * 100
            self.assertAlmostEqual(percent, reckoned, delta=0.01)

    def test_the_least_recently_used_goes_first(self):
        hits, evictions = eviction.least_recently_used([1, 2, 3, 1, 4, 2, 1], 3)
        self.assertEqual(([False, False, False, True, False, False, True], 2), (hits, evictions))

    def test_a_gap_is_between_good_answers_only(self):
        requests = [(0, 'buy', 100, 200), (1, 'buy', 50, 0), (1, 'lookup', 1, 200), (2, 'buy', 500, 200)]
        self.assertAlmostEqual(2400, faults.longest_gap_ms(requests, 'buy'))

    def test_an_overhead_is_reckoned_between_neighbours(self):
        dice = random.Random(1)
        slow = [dice.uniform(1, 50) for _ in range(40) for _ in range(10)]      # the machine, which both share
        share, half = sections.overhead(slow, [ms + 2 for ms in slow], 10)
        self.assertAlmostEqual(2 / (sum(slow) / len(slow)) * 100, share)
        self.assertAlmostEqual(0, half)

    def test_a_split_is_read_from_the_header(self):
        self.assertEqual({'frontend': 1.412, 'catalog': 0.004}, split('frontend;dur=1.412, catalog;dur=0.004'))
        self.assertEqual({}, split(None))

    def test_names_of_headers_are_read_in_lower_case(self):
        self.assertEqual((200, {'content-length': '3', 'x': 'a: b'}), parse_head('HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX: a: b'))


if __name__ == '__main__':
    unittest.main()
