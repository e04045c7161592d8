"""Three members of etcd, and its own client."""
import subprocess

from .base import Peer, need, said


class Etcd(Peer):
    name, durable = 'etcd, 3 members', 'a majority of 3'

    def start(self):
        need('etcd')
        self.program = self.tools.etcd_buy()
        ports = self.ports(6)
        clients, peers = ports[:3], ports[3:]
        cluster = ','.join(f'n{i}=http://127.0.0.1:{port}' for i, port in enumerate(peers))
        for i, (client, peer) in enumerate(zip(clients, peers)):
            client, peer = f'http://127.0.0.1:{client}', f'http://127.0.0.1:{peer}'
            self.spawn('etcd', '--name', f'n{i}', '--data-dir', self.folder / f'n{i}', '--listen-client-urls', client, '--advertise-client-urls', client,
                       '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', cluster)
        self.endpoints = ','.join(f'127.0.0.1:{port}' for port in clients)
        for port in clients:
            self.listening(port)
        self.until(self.filled, 'it takes no writes')

    def filled(self):
        return subprocess.run([self.program, self.endpoints, 'stock', str(self.items)], capture_output=True).returncode == 0

    def accounts(self):
        found = said([self.program, self.endpoints, 'accounts', self.items])
        return found['orders'], found['copies']

    def run(self, clients, items, seconds, warm_up):
        return said([self.program, self.endpoints, clients, seconds, warm_up, items])
