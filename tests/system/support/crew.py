"""Threads that do the same thing over and over until they are told to stop."""
import threading

from .shop import PATIENCE


def longest_gap(times, since, until=None):
    """Longest time between two of `times` from `since` on, in seconds; with `until`, also between the last of them and that."""
    within = sorted(t for t in times if t >= since and (until is None or t <= until))
    ends = [since, *within, *([until] if until else [])]
    return max((b - a for a, b in zip(ends, ends[1:])), default=float('inf'))


class Crew:
    """`deeds`: a function and its arguments for each thread, which returns soon after self.stopping is set."""

    def __init__(self, deeds, end_within=PATIENCE):
        self.end_within = end_within    # seconds, for each thread
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=deed, args=arguments, daemon=True) for deed, *arguments in deeds]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for t in self.threads:
            t.join(self.end_within)
