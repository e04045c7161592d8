"""Three members of etcd and clients that write to it, for the same questions that are asked of a shop."""
import base64
import http.client
import json
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from .crew import Crew, longest_gap
from .shop import free_ports, wait_until

INSTALLED = shutil.which('etcd') is not None


class Etcd:
    """Debian's etcd on loopback, with the election and heartbeat times given in ms."""

    def __init__(self, election, heartbeat):
        self.election, self.heartbeat = election, heartbeat
        self.folder = Path(tempfile.mkdtemp(prefix='bookstored-etcd-'))
        ports = free_ports(6)
        self.clients, self.peers = ports[:3], ports[3:]
        self.members = [None] * 3

    def __enter__(self):
        for n in range(3):
            self.start(n, 'new')
        wait_until(lambda: self.leader() is not None, 60, 'a leader of etcd')
        return self

    def __exit__(self, *_):
        for member in self.members:
            member.kill()
            member.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, n, state='existing'):
        cluster = ','.join(f'n{k}=http://127.0.0.1:{p}' for k, p in enumerate(self.peers))
        client, peer = f'http://127.0.0.1:{self.clients[n]}', f'http://127.0.0.1:{self.peers[n]}'
        with open(self.folder / f'n{n}.log', 'ab') as log:
            self.members[n] = subprocess.Popen(
                ['etcd', '--name', f'n{n}', '--data-dir', str(self.folder / f'n{n}'), '--listen-client-urls', client,
                 '--advertise-client-urls', client, '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer,
                 '--initial-cluster', cluster, '--initial-cluster-state', state, '--heartbeat-interval', str(self.heartbeat),
                 '--election-timeout', str(self.election), '--logger', 'zap', '--log-outputs', 'stderr'],
                stdout=log, stderr=log)

    def stop(self, n, number):
        """Sends the signal; whether the member has gone is for whole() to see."""
        self.members[n].send_signal(number)

    def restart(self, n):
        self.members[n].wait(30)
        self.start(n)
        wait_until(lambda: self.leader() is not None, 60, 'all members of etcd agreeing')

    def leader(self):
        """The index of the leader, when all members name the same one."""
        said = []
        for port in self.clients:
            try:
                status = _post(http.client.HTTPConnection('127.0.0.1', port, timeout=2), '/v3/maintenance/status', {})
                said.append((status['header']['member_id'], status.get('leader')))
            except (OSError, KeyError, ValueError, http.client.HTTPException):
                return None
        leaders = {leader for _, leader in said}
        members = [member for member, _ in said]
        return members.index(said[0][1]) if len(leaders) == 1 and said[0][1] in members else None


def _post(connection, target, body):
    connection.request('POST', target, json.dumps(body), {'Content-Type': 'application/json'})
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 200:
        raise OSError(answer.status)
    return json.loads(said)


class Writers(Crew):
    """Write without a pause, each to one member after the other; what is not answered within `patience` seconds is sent again
    to the next."""

    def __init__(self, etcd, clients=4, patience=0.025, avoid=None):
        super().__init__([(self._run, n) for n in range(clients)])
        self.etcd, self.patience, self.avoid = etcd, patience, avoid
        self.done = []      # (when it began, when it was answered)

    def gap(self, since, until):
        return longest_gap([end for _, end in list(self.done)], since, until)

    def _run(self, number):
        turn = number
        connections = {}
        value = base64.b64encode(b'x' * 64).decode()
        while not self.stopping.is_set():
            ports = [p for n, p in enumerate(self.etcd.clients) if n != self.avoid]
            port = ports[turn % len(ports)]
            began = time.monotonic()
            try:
                connection = connections.setdefault(port, http.client.HTTPConnection('127.0.0.1', port, timeout=self.patience))
                _post(connection, '/v3/kv/put', {'key': base64.b64encode(b'k%d' % number).decode(), 'value': value})
                self.done.append((began, time.monotonic()))
                time.sleep(0.002)
            except (OSError, ValueError, http.client.HTTPException):
                connections.pop(port).close()
                turn += 1
