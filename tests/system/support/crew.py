"""Threads that do the same thing over and over until they are told to stop."""
import threading


class Crew:
    """`deeds`: a function and its arguments for each thread, which returns soon after self.stopping is set."""

    def __init__(self, deeds, end_within=30):
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
