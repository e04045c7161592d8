"""The parts of the report: each says what was measured, beside what the original published. A part is (name, title, tables, pictures);
a table is (caption, head, rows) and goes to the page and, as Markdown, to the terminal."""
import math
import statistics
from dataclasses import dataclass, field

from measuring import charts, timelines
from measuring.charts import Series
from measuring.statistics import summary

from . import original
from .original import TIERS
from .tiers import TURN


@dataclass
class Section:
    name: str
    title: str
    words: str
    tables: list = field(default_factory=list)      # (caption, head, rows)
    pictures: list = field(default_factory=list)    # SVG; two stand side by side
    wide: list = field(default_factory=list)        # SVG over the whole width


def ms(value):
    return '–' if value is None else f'{value:.3f}'


def with_interval(mean, half):
    return ms(mean) if math.isnan(half) else f'{mean:.3f} ± {half:.3f}'


STATISTICS = ('n', 'mean ± 95 %', 'p50', 'p99')


def cells(s):
    return [s.n, with_interval(s.mean, s.half), ms(s.p50), ms(s.p99)]


def faster(theirs, ours):
    return f'{theirs / ours:,.0f}×' if ours > 0 else '–'


def tier_rows(published, found):
    for kind, tiers in published.items():
        for tier in TIERS:
            if tier in tiers:
                s = found[kind][tier]
                yield [kind, tier, tiers[tier], *cells(s), faster(tiers[tier], s.mean)]


def tier_series(published):
    return [Series(tier, [published[kind].get(tier) for kind in published]) for tier in TIERS]


def our_series(published, found):
    return [Series(tier, [found[kind][tier].mean if tier in published[kind] else None for kind in published],
                   [found[kind][tier].half for kind in published]) for tier in TIERS]


def per_tier(name, title, words, figure, published, found):
    head = ['request', 'tier', 'the original, mean', *STATISTICS, 'ratio of the means']
    kinds = list(published)
    caption = 'Milliseconds; a tier’s time includes what it waited for the tiers below it.'
    return Section(name, title, words, [(caption, head, list(tier_rows(published, found)))],
                   [charts.bars(f'{figure}: the original', kinds, tier_series(published), subtitle='2019, five machines, Flask; mean of 1,000'),
                    charts.bars(f'{figure}: here', kinds, our_series(published, found), subtitle='mean, with its 95 % confidence interval')])


def without_cache(found):
    return per_tier('table2', 'Table 2. Response times without caching',
                    'Sequential requests on one connection. Every search and lookup asks a catalog replica; a purchase passes the order '
                    'replica to the catalog’s leader, and is on disk at a majority of both groups when it is answered.',
                    'Figure 2(a)', original.WITHOUT_CACHE, found)


def with_cache(found):
    return per_tier('table3', 'Table 3. Response times with caching',
                    'The same with the frontend’s cache. A hit never leaves the frontend, so it costs no catalog any time; the mean is over '
                    'all requests, hits and misses.', 'Figure 2(b)', original.WITH_CACHE, found)


def one_scale(without, with_):
    """All of both on one scale, which must be logarithmic to show either."""
    kinds = ['search', 'lookup', 'buy']

    def series(published, found):
        return [Series('the original', [published[k]['client'] for k in kinds]),
                Series('here', [found[k]['client'].mean for k in kinds], [found[k]['client'].half for k in kinds])]
    return Section('scale', 'Both on one scale', 'What the client waited, with both systems on the same axis. The axes are logarithmic: compare the '
                   'ends of the bars, not their lengths. The hardware differs; the original’s network had real hops, ours is loopback.', [],
                   [charts.bars('Client tier without caching', kinds, series(original.WITHOUT_CACHE, without), log=True),
                    charts.bars('Client tier with caching', kinds, series(original.WITH_CACHE, with_), log=True)])


def overhead(without, with_, turn):
    """How much more the second took, in percent of the first's mean, and half its interval: from the differences of turns that
    stood side by side, so that what slows the machine down for a while slows both."""
    def means(values):
        return [statistics.fmean(values[i:i + turn]) for i in range(0, len(values), turn)]
    more = summary([b - a for a, b in zip(means(without), means(with_))])
    base = statistics.fmean(without)
    return more.mean / base * 100, more.half / base * 100


def invalidation(found):
    times, without, with_ = found, *(one.summaries() for one in found)
    rows = []
    for tier in TIERS:
        theirs = (original.WITHOUT_INVALIDATION[tier], original.WITH_INVALIDATION[tier])
        share, half = overhead(times[0].of[tier], times[1].of[tier], TURN)
        a, b = without[tier], with_[tier]
        rows.append([tier, *theirs, f'{(theirs[1] / theirs[0] - 1) * 100:+.1f} %', with_interval(a.mean, a.half), with_interval(b.mean, b.half),
                     f'{share:+.1f} ± {half:.1f} %', ms(a.p50), ms(b.p50), b.n])
    head = ['tier', 'the original without', 'with', 'overhead', 'here without', 'here with', 'overhead', 'p50 without', 'p50 with', 'n each']
    both = [Series('without', [original.WITHOUT_INVALIDATION[t] for t in TIERS]), Series('with', [original.WITH_INVALIDATION[t] for t in TIERS])]
    ours = [Series('without', [without[t].mean for t in TIERS], [without[t].half for t in TIERS]),
            Series('with', [with_[t].mean for t in TIERS], [with_[t].half for t in TIERS])]
    return Section('table4', 'Table 4. What invalidation costs a purchase',
                   'Purchases by turns at a shop that invalidates and at one that does not (an unsafe switch, for this measurement). Here '
                   'every frontend has acknowledged the invalidation before the write is proposed; the original’s was a GET before the write.',
                   [('Milliseconds.', head, rows)],
                   [charts.bars('The original', TIERS, both), charts.bars('Here', TIERS, ours, subtitle='mean, with its 95 % confidence interval')])


def miss_after(found):
    rows = [[kind, theirs, *cells(found[kind]), faster(theirs, found[kind].mean)] for kind, theirs in original.AFTER_INVALIDATION.items()]
    kinds = list(original.AFTER_INVALIDATION)
    return Section('miss', 'The request after an invalidation',
                   'A purchase drops a cached answer; this is the very next request for the same item, at the client.',
                   [('Milliseconds, at the client.', ['request', 'the original, mean', *STATISTICS, 'ratio of the means'], rows)],
                   [charts.bars('The original', kinds, [Series('mean', list(original.AFTER_INVALIDATION.values()))]),
                    charts.bars('Here', kinds, [Series('mean', [found[k].mean for k in kinds], [found[k].half for k in kinds])])])


def bench_cells(f):
    times = [with_interval(f['mean_us'] / 1e3, f['mean_confidence95_us'] / 1e3), ms(f['p50_us'] / 1e3), ms(f['p99_us'] / 1e3)]
    return [*times, f'{f["per_second"]:,.0f}']


BENCH_HEAD = ['mean ± 95 %, ms', 'p50', 'p99', 'a second']


def clients(found):
    head = ['request', 'clients', *BENCH_HEAD, 'failed']
    rows = [[kind, n, *bench_cells(f), f['failed']] for kind, by in found.items() for n, f in by.items()]
    ticks = list(next(iter(found.values())))

    def series(figure, scale=1.0):
        return [Series(kind, [(n, f[figure] * scale) for n, f in by.items()]) for kind, by in found.items()]
    return Section('clients', 'One client, and many',
                   'Closed loop: each client sends the next request when it has its answer. Lookups come from the cache.',
                   [('', head, rows)],
                   [charts.lines('Answered in a second', series('per_second'), 'clients', 'requests a second', True, True, ticks),
                    charts.lines('Mean latency', series('mean_us', 1e-3), 'clients', 'ms', True, True, ticks)])


def probability(found):
    head = ['cache', 'purchases', *BENCH_HEAD, 'from the cache']
    rows = [[name, f'{p} %', *bench_cells(f), f'{f["cached"] / max(f["answered"], 1) * 100:.0f} %']
            for name, by in found.items() for p, f in by.items()]
    series = [Series(name, [(p / 100, f['mean_us'] / 1e3) for p, f in by.items()],
                     [f['mean_confidence95_us'] / 1e3 for f in by.values()]) for name, by in found.items()]
    speed = [Series(name, [(p / 100, f['per_second']) for p, f in by.items()]) for name, by in found.items()]
    ticks = [p / 100 for p in next(iter(found.values()))]
    return Section('probability', 'The more are bought, the less a cache helps',
                   'Five clients; each request is a purchase with this probability, else a lookup.',
                   [('', head, rows)],
                   [charts.lines('Mean latency of all requests', series, 'probability of a purchase', 'ms', x_ticks=ticks),
                    charts.lines('Answered in a second', speed, 'probability of a purchase', 'requests a second', x_ticks=ticks)])


def eviction(t):
    same = 'exactly' if (t.hits, t.evictions) == (t.expected, t.expected_evictions) else 'NOT'
    words = (f'{len(t.asked)} lookups through a cache for {t.entries} answers, popular books more often. {sum(t.hits)} hits, '
             f'{t.evictions} evictions: {same} those of a list of the least recently used.')
    rows = [[t.entries, len(t.asked), sum(t.hits), sum(t.expected), t.evictions, t.expected_evictions]]
    return Section('eviction', 'A cache smaller than the catalogue', words,
                   [('', ['entries', 'lookups', 'hits', 'of an LRU list', 'evictions', 'of an LRU list'], rows)],
                   wide=[timelines.trace('What was in the cache when it was asked for', t.asked, t.hits)])


STATE_CSS = {'up': 'fill2', 'resyncing': 'fill1', 'down': 'fill4'}


def faults(line):
    lanes = {}
    for replica, states in line.states.items():
        ends = [when for when, _ in states[1:]] + [line.seconds]
        lanes[replica] = [(begin, end, STATE_CSS.get(state, 'empty'), state) for (begin, state), end in zip(states, ends)]
    dots = {kind: [(when, took, status == 200) for when, k, took, status in line.requests if k == kind] for kind in ('lookup', 'buy')}
    rows = [[kind, line.answered(kind), line.failed(kind), f'{line.longest_gap_ms[kind]:.0f}'] for kind in dots]
    same = len({str(copy) for copy in line.copies.values()}) == 1
    copies = [[catalog, version, len(books), sum(book['stock'] for book in books), 'yes' if same else 'NO']
              for catalog, (version, books) in line.copies.items()]
    return Section('faults', 'Figures 3 to 5. Consistent copies, crash, and resynchronisation',
                   'One client reads and one buys, every 10 ms. A catalog and an order replica are killed with SIGKILL and started again; no client '
                   'sees an error unless a cross says so, and the copies are the same in the end. Below: each replica as the frontend sees it, '
                   'green up, orange resynchronising, red down.',
                   [('While replicas died and came back.', ['request', 'answered', 'failed', 'longest gap, ms'], rows),
                    ('Figure 3: the copies, in the end.', ['replica', 'version', 'books', 'copies in stock', 'the same'], copies)],
                   wide=[timelines.timeline('Figures 4 and 5: what each client waited', line.seconds, dots, line.marks, lanes,
                                            subtitle='every dot one answer; a logarithmic scale')])
