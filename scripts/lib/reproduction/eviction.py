"""Lookups through a cache that is smaller than the catalogue, one by one."""
import random
from collections import OrderedDict
from dataclasses import dataclass

from measuring.wire import Wire


@dataclass(frozen=True)
class Trace:
    entries: int        # that the cache holds
    asked: list         # items, in order
    hits: list          # was it answered from the cache
    expected: list      # by a list of the least recently used
    evictions: int      # as the frontend counts them
    expected_evictions: int


def least_recently_used(asked, entries):
    """(hits, how many were thrown out)"""
    kept, hits, evictions = OrderedDict(), [], 0
    for item in asked:
        hits.append(item in kept)
        if item in kept:
            kept.move_to_end(item)
            continue
        if len(kept) == entries:
            kept.popitem(last=False)
            evictions += 1
        kept[item] = True
    return hits, evictions


def trace(frontend, entries, count, books, seed):
    """`frontend`: a process whose cache is empty and holds `entries`. Popular books are asked for more often."""
    dice = random.Random(seed)
    asked = dice.choices(range(1, books + 1), weights=[1 / rank for rank in range(1, books + 1)], k=count)
    with Wire(frontend.address) as wire:
        hits = [wire.ask('GET', f'/lookup?item={item}').headers['bookstore-source'] == 'cache' for item in asked]
    expected, expected_evictions = least_recently_used(asked, entries)
    evictions = frontend.get('/v1/status').json()['cache']['evictions']
    return Trace(entries, asked, hits, expected, evictions, expected_evictions)
