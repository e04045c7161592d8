"""A network of hosts on this machine, which can be cut: a network namespace for each host, all on one bridge.

    @needs_network
    def test_something(self):
        network = Network()
        with Shop(3, 3, 2, network=network) as shop:
            network.cut((shop['frontend', 0].host, shop['catalog', 1].host))

The namespaces have no names and nothing is left behind: they end with the threads and processes inside them. Needs root
(CAP_NET_ADMIN and CAP_SYS_ADMIN) and Linux.
"""
import collections
import ctypes
import functools
import os
import subprocess
import threading
import unittest

CLONE_NEWNET = 0x40000000
# Nobody's. What is sent to it is lost without a word, as on a cut wire: no reset, no unreachable.
NOBODY = '02:00:00:00:00:fe'

_libc = ctypes.CDLL(None, use_errno=True)


def _system(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _in_thread(action):
    """Calls action() in a thread of its own, whose namespace it may change, and returns or raises what it does."""
    outcome = {}

    def run():
        try:
            outcome['value'] = action()
        except BaseException as e:  # noqa: B902 - handed on below
            outcome['error'] = e
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if 'error' in outcome:
        raise outcome['error']
    return outcome['value']


def _own_namespace():
    _system(_libc.unshare(CLONE_NEWNET))
    ip('link set lo up')


def ip(words):
    done = subprocess.run(['ip', *words.split()], capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError(f'ip {words}: {done.stderr.strip()}')


def _why_not():
    def try_it():
        _own_namespace()
        ip('link add bridge0 type bridge')
        ip('link add veth0 type veth peer name veth1')
    try:
        _in_thread(try_it)
        return None
    except OSError as e:
        return f'no network namespaces here: {e}'


def needs_network(test):
    """Runs a test in a network namespace of its own (so do all threads and processes that it starts), or skips it."""
    @functools.wraps(test)
    def run(self):
        if reason := _why_not():
            raise unittest.SkipTest(reason)

        def alone():
            _own_namespace()
            return test(self)
        _in_thread(alone)
    return run


class Host:
    def __init__(self, name, address, namespace):
        self.name, self.address, self.namespace = name, address, namespace

    def inside(self, action):
        """What action() returns, called in a thread that lives on this host; processes that it starts live there, too."""
        def there():
            _system(_libc.setns(self.namespace, CLONE_NEWNET))
            return action()
        return _in_thread(there)


class Network:
    """The bridge, in the namespace of the calling thread, which is itself a host of it and is never cut off."""

    def __init__(self):
        self.hosts = []
        self.cuts = collections.Counter()
        self.lock = threading.Lock()
        ip('link add bridge0 type bridge')
        ip('link set bridge0 up')
        ip('address add 10.99.0.1/24 dev bridge0')

    def host(self, name):
        number = len(self.hosts) + 10

        def make():
            _own_namespace()
            return os.open(f'/proc/self/task/{threading.get_native_id()}/ns/net', os.O_RDONLY | os.O_CLOEXEC)
        host = Host(name, f'10.99.0.{number}', _in_thread(make))
        ip(f'link add veth{number} type veth peer name eth0 netns /proc/{os.getpid()}/fd/{host.namespace}')
        ip(f'link set veth{number} master bridge0 up')
        host.inside(lambda: (ip('link set eth0 up'), ip(f'address add {host.address}/24 dev eth0')))
        self.hosts.append(host)
        return host

    def cut(self, *links):
        """Until heal() is called as often. A link is (from, to): what `from` sends does not arrive at `to`; nor does
        what was sent and not acknowledged yet, until it is sent again."""
        for source, target in links:
            with self.lock:
                self.cuts[source, target] += 1
                if self.cuts[source, target] == 1:
                    source.inside(lambda: ip(f'neighbour replace {target.address} lladdr {NOBODY} nud permanent dev eth0'))

    def heal(self, *links):
        for source, target in links:
            with self.lock:
                self.cuts[source, target] -= 1
                if self.cuts[source, target] == 0:
                    source.inside(lambda: ip(f'neighbour del {target.address} dev eth0'))

    def close(self):
        for host in self.hosts:
            os.close(host.namespace)
        self.hosts = []
