"""What a process holds and what it says of itself: descriptors, memory, metrics."""
import os
import time
from pathlib import Path

SANITIZED = 'SHOP_SANITIZED' in os.environ      # what a process holds is then mostly the sanitizer's


def descriptors(process):
    return len(os.listdir(f'/proc/{process.popen.pid}/fd'))


def resident_mb(process):
    for line in Path(f'/proc/{process.popen.pid}/status').read_text().splitlines():
        if line.startswith('VmRSS:'):
            return int(line.split()[1]) / 1024
    raise AssertionError(f'{process.name} has no memory')


def metrics(process):
    """name{labels} -> value"""
    rows = (line.rsplit(' ', 1) for line in process.get('/metrics').text.splitlines() if not line.startswith('#'))
    return {name: float(value) for name, value in rows}


class Calm:
    """How a shop is when nobody harms it, to be compared with how it is later."""

    def __init__(self, shop):
        self.shop, self.began = shop, time.monotonic()
        self.before = {p: (descriptors(p), resident_mb(p)) for p in shop.processes.values()}
        self.log_lines = {p: p.log.read_text(errors='replace').count('\n') for p in self.before}
        self.offices_before = self.offices()

    def seconds(self):
        return time.monotonic() - self.began

    def offices(self):
        """Everything that must not move while nobody dies: the term at each replica, the leases that were lost, and what was
        taken on and not done in time."""
        return {(p.name, name): value for p in self.shop.processes.values() for name, value in metrics(p).items()
                if name.startswith(('bookstored_raft_term', 'bookstored_lease_losses_total',
                                    'bookstored_http_rejected_total{reason="request_time"}'))}

    def moved(self):
        """Elections and lost leases since then."""
        now = self.offices()
        return {key: (value, now.get(key)) for key, value in self.offices_before.items() if now.get(key) != value}

    def descriptors_held(self):
        """(process, before, now) of each that holds more than then."""
        return [(p.name, files, descriptors(p)) for p, (files, _) in self.before.items() if descriptors(p) > files + 8]

    def memory_held(self, megabytes):
        """(process, MB before, now) of each that holds so much more than then."""
        return [] if SANITIZED else [(p.name, memory, resident_mb(p)) for p, (_, memory) in self.before.items() if resident_mb(p) > memory + megabytes]

    def logged(self):
        """Lines logged since then by whoever logged most."""
        return max(p.log.read_text(errors='replace').count('\n') - lines for p, lines in self.log_lines.items())
