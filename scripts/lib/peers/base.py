"""What peers have in common: processes and folders that end with them, and the programs that load them."""
import json
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[2] / 'bench' / 'peers'


class LeftOut(Exception):
    """What is missing, in words."""


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise LeftOut(f'{program} is not installed')


class Peer:
    """Started by start(), ended with the block. A run gives answered, all (with the warm-up), failed, per_second, p50_us, p99_us."""
    name = ''
    durable = ''        # on how many disks a purchase is when it is answered

    def __init__(self, items, ports, tools):
        self.items, self.ports, self.tools = items, ports, tools
        self.folder = Path(tempfile.mkdtemp(prefix='bookstored-bench-'))
        self.processes = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def accounts(self):
        """(orders on record, copies taken from the stock); the same number where purchases are what they should be."""
        raise NotImplementedError

    def settled(self, seconds=30):
        """The accounts, when what the last clients had sent is done: once they agree, or after so long."""
        end = time.monotonic() + seconds
        while True:
            orders, copies = self.accounts()
            if orders == copies or time.monotonic() > end:
                return orders, copies
            time.sleep(0.2)

    def pids(self):
        return [process.pid for process in self.processes]

    def spawn(self, *command, **more):
        with open(self.folder / f'{len(self.processes)}.log', 'ab') as log:
            self.processes.append(subprocess.Popen([str(c) for c in command], stdout=log, stderr=log, stdin=subprocess.DEVNULL, **more))
        return self.processes[-1]

    def until(self, condition, what, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end or any(p.poll() is not None for p in self.processes):
                raise LeftOut(f'it does not start: {what}')
            time.sleep(0.05)

    def listening(self, port):
        def answers():
            try:
                socket.create_connection(('127.0.0.1', port), 1).close()
                return True
            except OSError:
                return False
        self.until(answers, f'nobody listens on port {port}')

    def load(self, port, clients, seconds, warm_up, items, request, kind='http', answers=1):
        return said([self.tools.load(), port, clients, seconds, warm_up, items, kind, answers], input=request)


def said(command, **more):
    """What a program prints as JSON."""
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **more)
    if done.returncode:
        raise RuntimeError(f'{command[0]}: {done.stderr}')
    return json.loads(done.stdout)


class Tools:
    """The programs that load peers, built when they are first needed."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix='bookstored-bench-'))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def _build(self, name, command, **more):
        program = self.folder / name
        if not program.exists():
            need(command[0])
            done = subprocess.run([*command, '-o', str(program), str(HERE / more.pop('source'))], capture_output=True, text=True, **more)
            if done.returncode:
                raise LeftOut(f'{name} cannot be built: {done.stderr.strip().splitlines()[-1]}')
        return program

    def load(self):
        return self._build('load', ['g++', '-std=c++20', '-O2'], source='load.cpp')

    def epoll_loop(self):
        return self._build('epoll_loop', ['g++', '-std=c++20', '-O2'], source='epoll_loop.cpp')

    def chain(self):
        return self._build('chain', ['g++', '-std=c++20', '-O2'], source='chain.cpp')

    def etcd_buy(self):
        """Against Debian's golang-etcd-server-dev, as it lies in GOPATH."""
        import os
        env = {**os.environ, 'GOPATH': '/usr/share/gocode', 'GO111MODULE': 'off', 'GOCACHE': str(self.folder / 'go')}
        return self._build('etcd_buy', ['go', 'build'], source='etcd_buy.go', env=env)
