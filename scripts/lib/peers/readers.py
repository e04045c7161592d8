"""Those that answer a lookup from memory."""
import json
import subprocess

from .base import HERE, Peer, need
from .shops import Original as Shop5

BOOK = {'id': 1, 'title': 'How to get a good grade in 677 in 20 minutes a day', 'topic': 'ds', 'cost': 100, 'stock': 5}
BODY = json.dumps({'books': [BOOK]}, separators=(',', ':'))


class Reader(Peer):
    """A run gives answered, failed, per_second, p50_us, p99_us of GETs of `target`."""
    target = '/lookup?item=1'
    port = None

    def run(self, clients, at_once, seconds):
        need('wrk')
        done = subprocess.run(['wrk', '-t1', f'-c{clients}', f'-d{seconds:g}s', '--latency', '-s', str(HERE / 'reads.lua'),
                               f'http://127.0.0.1:{self.port}{self.target}', '--', str(at_once)], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f'wrk: {done.stdout}{done.stderr}')
        return json.loads(next(line for line in done.stdout.splitlines() if line.startswith('{')))

    def write(self, name, text):
        file = self.folder / name
        file.write_text(text)
        return file


class Bookstored(Reader):
    """Its frontend's CPU alone counts: nobody else is asked."""
    name = 'bookstored'
    threads = 1
    shop = None

    def start(self):
        from support.shop import Shop
        self.shop = Shop(1, 1, 1, books=[BOOK], settings=f'[frontend]\nthreads = {self.threads}\n')
        self.shop.__enter__()
        self.shop.start()
        self.port = self.shop.frontend().port
        self.run(8 * self.threads, 1, 1)      # so that each loop has it

    def __exit__(self, *arguments):
        if self.shop:
            self.shop.__exit__(*arguments)
        super().__exit__(*arguments)

    def pids(self):
        return [self.shop.frontend().popen.pid]


class Bookstored2(Bookstored):
    name = 'bookstored, threads = 2'
    threads = 2


class Epoll(Reader):
    name = 'a bare epoll loop'

    def start(self):
        program = self.tools.epoll_loop()
        self.port, = self.ports(1)
        self.spawn(program, self.port, BODY)
        self.listening(self.port)


NGINX = """worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log crit;
events {{ worker_connections 4096; multi_accept on; }}
http {{
  access_log off; tcp_nodelay on; keepalive_requests 1000000000; keepalive_timeout 300s; default_type application/json;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
  scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 '{body}'; }} }}
}}
"""


class Nginx(Reader):
    name = 'nginx, return 200'

    def start(self):
        need('nginx')
        self.port, = self.ports(1)
        file = self.write('nginx.conf', NGINX.format(folder=self.folder, port=self.port, body=BODY))
        self.spawn('nginx', '-c', file, '-p', self.folder)
        self.listening(self.port)


HAPROXY = """global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout client 300s
  timeout http-keep-alive 300s
frontend f
  bind 127.0.0.1:{port}
  http-request return status 200 content-type application/json file {file}
"""


class Haproxy(Reader):
    name = 'HAProxy, http-request return'

    def start(self):
        need('haproxy')
        self.port, = self.ports(1)
        body = self.write('body.json', BODY)
        self.spawn('haproxy', '-f', self.write('haproxy.cfg', HAPROXY.format(port=self.port, file=body)))
        self.listening(self.port)


class Varnish(Epoll):
    """In front of the epoll loop, which it asks once."""
    name = 'Varnish, a hit'

    def start(self):
        need('varnishd')
        super().start()
        origin = self.port
        self.port, = self.ports(1)
        self.spawn('varnishd', '-F', '-n', self.folder / 'varnish', '-a', f'127.0.0.1:{self.port}', '-b', f'127.0.0.1:{origin}',
                   '-s', 'malloc,64m', '-t', '36000', '-p', 'timeout_idle=300')
        self.listening(self.port)


class Original(Reader, Shop5):
    name = 'the original’s design in Flask'
