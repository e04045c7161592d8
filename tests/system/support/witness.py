"""A bystander: how long the machine itself, its processors and its disk, holds up a process that asks for next to nothing.
What goes wrong while it does is not the fault of what is tested."""
import subprocess
import sys
import tempfile

_watch = '''
import os, select, sys, time
file = int(sys.argv[1])
longest, ended = 0, []
while not ended:
    began = time.monotonic()
    ended = select.select([sys.stdin], [], [], 0.02)[0]
    os.pwrite(file, b'x' * 512, 0)
    os.fdatasync(file)
    longest = max(longest, time.monotonic() - began)
print(longest)
'''


class Witness:
    """Watches while the block lasts. `longest`: the longest that it was held up, in seconds; known after that."""

    def __enter__(self):
        with tempfile.TemporaryFile() as file:
            self.popen = subprocess.Popen([sys.executable, '-c', _watch, str(file.fileno())], pass_fds=[file.fileno()],
                                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self.longest = float(self.popen.communicate()[0])
