"""Redis: one script for a purchase, every write of its log synced."""
import subprocess

from .base import Peer, need

STOCK = 1_000_000_000

BUY = """if redis.call('EXISTS', KEYS[2]) == 1 then return redis.call('GET', KEYS[2]) end
if tonumber(redis.call('GET', KEYS[1])) <= 0 then return -1 end
redis.call('DECR', KEYS[1])
local number = redis.call('INCR', 'orders')
redis.call('SET', KEYS[2], number)
return number"""


class Redis(Peer):
    name, durable = 'Redis, AOF always', '1'
    replicas = 0

    def start(self):
        need('redis-server', 'redis-cli')
        ports = self.ports(1 + self.replicas)
        for i, port in enumerate(ports):
            folder = self.folder / f'r{i}'
            folder.mkdir()
            follow = ['--replicaof', '127.0.0.1', ports[0]] if i else []
            self.spawn('redis-server', '--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always',
                       '--repl-diskless-sync-delay', 0, *follow)
            self.listening(port)
        self.port = ports[0]
        self.script = self.ask('script', 'load', BUY)
        self.ask(input=''.join(f'set stock:{i} {STOCK}\n' for i in range(1, self.items + 1)))
        self.until(lambda: self.ask('wait', self.replicas, 1000) == str(self.replicas), 'the replicas do not follow')

    def ask(self, *words, **more):
        return subprocess.run(['redis-cli', '-p', str(self.port), *map(str, words)], capture_output=True, text=True, check=True, **more).stdout.strip()

    def accounts(self):
        left = self.ask('mget', *(f'stock:{i}' for i in range(1, self.items + 1))).split()
        return int(self.ask('get', 'orders') or 0), sum(STOCK - int(n) for n in left)

    def run(self, clients, items, seconds, warm_up):
        # An inline command: lengths need not be told.
        buy = f'EVALSHA {self.script} 2 stock:%I order:%K\r\n'
        wait = 'WAIT 1 0\r\n' if self.replicas else ''
        return self.load(self.port, clients, seconds, warm_up, items, buy + wait, 'resp', 2 if self.replicas else 1)


class RedisWait(Redis):
    name, durable = 'Redis, AOF always, 2 replicas, WAIT 1', '1, and 1 in memory'
    replicas = 2
