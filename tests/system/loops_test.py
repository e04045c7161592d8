"""A frontend with several loops, as a process: which of them has a connection must not be told by anybody."""
import re
import shutil
import signal
import socket
import unittest

from support import http
from support.shop import PATIENCE, UNHURRIED, Shop, wait_until

LOOPS = 3
SETTINGS = f'[frontend]\nthreads = {LOOPS}\n{UNHURRIED}'
CONNECTIONS = 24        # by hash: that a loop gets none of them happens once in thousands of runs
TARGET = '/lookup?item=1'


class Connection:
    """One that is kept."""

    def __init__(self, port):
        self.socket = socket.create_connection(('127.0.0.1', port), PATIENCE)
        self.stream = self.socket.makefile('rb')

    def get(self, target, header=''):
        self.socket.sendall(f'GET {target} HTTP/1.1\r\nHost: shop\r\n{header}\r\n'.encode())
        status = int(self.stream.readline().split()[1])
        headers = dict(line.decode().strip().split(': ', 1) for line in iter(self.stream.readline, b'\r\n'))
        return status, headers, self.stream.read(int(headers['Content-Length'])).decode()

    def close(self):
        self.stream.close()
        self.socket.close()


class Loops(unittest.TestCase):
    def connections(self, port, count=CONNECTIONS):
        opened = [Connection(port) for _ in range(count)]
        for connection in opened:
            self.addCleanup(connection.close)
        return opened

    def test_every_connection_is_served_alike_and_counted(self):
        with Shop(2, 2, 1, settings=SETTINGS) as shop:
            shop.start()
            frontend = shop.frontend()
            connections = self.connections(frontend.port)

            def sources():
                answers = [connection.get(TARGET) for connection in connections]
                self.assertEqual({(200, answers[0][2])}, {(status, body) for status, _, body in answers})
                return {headers['Bookstore-Source'] for _, headers, _ in answers}
            for _ in range(3):      # a lease may run out in between
                wait_until(lambda: sources() == {'cache'}, what='every connection being served from the cache')
            shop.bought((1, 2))
            for connection in connections:
                self.assertIn('"stock":3', connection.get(TARGET)[2].replace(' ', ''))
                self.assertEqual(404, connection.get('/nowhere')[0])
                self.assertEqual(400, connection.get('/lookup?item=x')[0])
                self.assertIn('Server-Timing', connection.get(TARGET, 'Bookstore-Timing: 1\r\n')[1])

            def counted():
                metrics = frontend.get('/metrics').text
                hits, open_now = (float(re.search(rf'^bookstored_{name} (\S+)', metrics, re.MULTILINE)[1])
                                  for name in ('cache_hits_total', 'http_connections'))
                return hits >= 3 * CONNECTIONS and open_now >= CONNECTIONS
            wait_until(counted, what='hits and connections of all loops in /metrics')
            self.assertGreaterEqual(frontend.get('/v1/status').json()['cache']['hits'], 3 * CONNECTIONS)

    def test_it_drains_every_loop_and_exits_0(self):
        with Shop(1, 1, 1, settings=SETTINGS) as shop:
            shop.start()
            frontend = shop.frontend()
            connections = self.connections(frontend.port)
            for connection in connections:
                self.assertEqual(200, connection.get(TARGET)[0])
            self.assertEqual(0, frontend.stop(), frontend.log_tail())
            for connection in connections:
                self.assertEqual(b'', connection.socket.recv(1))

    @unittest.skipUnless(shutil.which('systemd-socket-activate'), 'systemd-socket-activate is not installed')
    def test_they_share_a_socket_that_systemd_opened(self):
        with Shop(1, 1, 1, settings=SETTINGS) as shop:
            shop['catalog', 0].start()
            shop['order', 0].start()
            frontend = shop.frontend()
            port = frontend.port
            frontend.start(before=['systemd-socket-activate', f'--listen=127.0.0.1:{port}'])

            def serves():
                try:
                    return http.request(f'127.0.0.1:{port}', 'GET', TARGET).status == 200
                except OSError:
                    return False
            wait_until(serves, what='an answer')
            for connection in self.connections(port):
                self.assertEqual(200, connection.get(TARGET)[0])
            frontend.signal(signal.SIGTERM)
            self.assertEqual(0, frontend.popen.wait(PATIENCE))


if __name__ == '__main__':
    unittest.main()
