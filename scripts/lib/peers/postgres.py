"""PostgreSQL with synchronous_commit: one call of a function for a purchase, by pgbench."""
import os
import shutil
import subprocess
import time
from pathlib import Path

from measuring.processes import cpu_seconds, family
from measuring.statistics import percentile

from .base import LeftOut, Peer, need

SCHEMA = """
create table items(id int primary key, stock int not null check (stock >= 0)) with (fillfactor = 50);
create table orders(number bigint generated always as identity primary key, key text not null unique, item int not null, at timestamptz default now());
insert into items select i, 1000000000 from generate_series(1, {items}) i;
create function buy(wanted int, its_key text) returns bigint language plpgsql as $$
declare n bigint;
begin
  insert into orders(key, item) values (its_key, wanted) on conflict (key) do nothing returning number into n;
  if n is null then select number into n from orders where key = its_key; return n; end if;
  update items set stock = stock - 1 where id = wanted and stock > 0;
  if not found then raise exception 'out of stock'; end if;
  return n;
end $$;
checkpoint;
"""
SETTINGS = """port = {port}
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
shared_buffers = 256MB
max_wal_size = 4GB
synchronous_commit = on
"""


def programs():
    found = sorted(Path('/usr/lib/postgresql').glob('*/bin/postgres'))
    if not found:
        raise LeftOut('postgresql is not installed')
    return found[-1].parent


class Postgres(Peer):
    name, durable = 'PostgreSQL, synchronous_commit=on', '1'
    standby = False

    def start(self):
        need('pgbench', 'psql', 'setpriv')
        self.bin = programs()
        if os.geteuid() == 0:       # it refuses to run as root
            shutil.chown(self.folder, 'postgres', 'postgres')
        port = self.ports(1)[0]
        self.at = ['-h', '127.0.0.1', '-p', str(port), '-U', 'postgres']
        self.do('initdb', '-D', self.folder / 'a', '-U', 'postgres', '-A', 'trust', '--locale=C', '-E', 'UTF8')
        self.serve('a', port)
        subprocess.run(['psql', *self.at, '-q', '-v', 'ON_ERROR_STOP=1'], input=SCHEMA.format(items=self.items), text=True, check=True, capture_output=True)
        if self.standby:
            self.follow()

    def do(self, program, *arguments):
        subprocess.run(self.command(program, *arguments), cwd=self.folder, check=True, capture_output=True)

    def command(self, program, *arguments):
        drop = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] if os.geteuid() == 0 else []
        return [*drop, str(self.bin / program), *map(str, arguments)]

    def serve(self, name, port, more=''):
        with open(self.folder / name / 'postgresql.auto.conf', 'a', encoding='utf-8') as conf:
            conf.write(SETTINGS.format(port=port) + more)
        self.spawn(*self.command('postgres', '-D', self.folder / name), cwd=self.folder)
        self.until(lambda: subprocess.run(['pg_isready', '-q', '-h', '127.0.0.1', '-p', str(port)]).returncode == 0, 'it is not ready')

    def follow(self):
        self.do('pg_basebackup', *self.at, '-D', self.folder / 'b', '-R', '-X', 'stream', '-c', 'fast')
        self.serve('b', self.ports(1)[0])
        for command in ("alter system set synchronous_standby_names = '*'", 'select pg_reload_conf()'):
            self.ask(command)
        self.until(lambda: self.ask('select sync_state from pg_stat_replication') == 'sync', 'the standby does not follow')

    def ask(self, command):
        return subprocess.run(['psql', *self.at, '-Atc', command], capture_output=True, text=True, check=True).stdout.strip()

    def accounts(self):
        said = self.ask('select (select count(*) from orders), (select sum(1000000000 - stock) from items)')
        return tuple(map(int, said.split('|')))

    def run(self, clients, items, seconds, warm_up):
        """CPU is taken while all backends run: forking them is not charged to the purchases."""
        script, log = self.folder / 'buy.sql', self.folder / 'times'
        script.write_text(f'\\set item random(1, {items})\n\\set a random(1, 9000000000000000000)\n\\set b random(1, 9000000000000000000)\n'
                          'select buy(:item, to_hex(:a::bigint) || to_hex(:b::bigint));\n')
        before = len(family(self.pids()))
        bench = subprocess.Popen(['pgbench', *self.at, '-n', '-M', 'prepared', '-f', script, '-c', str(clients), '-T', str(round(seconds + warm_up + 2)),
                                  '-l', '--log-prefix', log, 'postgres'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)
        try:
            self.until(lambda: len(family(self.pids())) >= before + clients, 'its clients do not connect', 30)
            time.sleep(warm_up)
            begin, cpu = time.time(), cpu_seconds(self.pids())
            time.sleep(seconds)
            end, cpu = time.time(), cpu_seconds(self.pids()) - cpu
        finally:
            bench.wait(60)
        return self.figures(begin, end, cpu)

    def figures(self, begin, end, cpu):
        took = []
        for file in self.folder.glob('times.*'):
            for line in file.read_text().splitlines():
                words = line.split()
                if begin <= int(words[4]) + int(words[5]) / 1e6 < end:
                    took.append(float(words[2]))
            file.unlink()
        if not took:
            raise RuntimeError('pgbench did nothing')
        took.sort()
        return {'answered': len(took), 'all': len(took), 'failed': 0, 'per_second': len(took) / (end - begin), 'cpu_us': cpu / len(took) * 1e6,
                'p50_us': percentile(took, 0.5), 'p99_us': percentile(took, 0.99)}


class PostgresStandby(Postgres):
    name, durable = 'PostgreSQL with a synchronous standby', '2'
    standby = True
