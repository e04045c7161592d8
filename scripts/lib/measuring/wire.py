"""One connection that sends one request after the other, with as little of Python in the times as can be."""
import socket
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict       # names in lower case
    body: bytes
    ms: float           # from before it was sent until it had come


class Wire:
    """HTTP/1.1, keep-alive; answers with a Content-Length. OSError when there is none within `timeout` seconds."""

    def __init__(self, address, timeout=10):
        host, _, port = address.rpartition(':')
        self.host = address
        self.socket = socket.create_connection((host.strip('[]'), int(port)), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def ask(self, method, target, headers=None, body=b''):
        lines = [f'{method} {target} HTTP/1.1', f'Host: {self.host}', *(f'{k}: {v}' for k, v in (headers or {}).items())]
        if body or method != 'GET':
            lines.append(f'Content-Length: {len(body)}')
        request = '\r\n'.join((*lines, '', '')).encode() + body
        began = time.perf_counter()
        self.socket.sendall(request)
        head, rest = self._until_blank_line()
        status, headers = parse_head(head)
        body = self._rest(rest, int(headers.get('content-length', 0)))
        return Answer(status, headers, body, (time.perf_counter() - began) * 1000)

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError('the server has closed the connection')
        return data

    def _until_blank_line(self):
        data = self._more()
        while b'\r\n\r\n' not in data:
            data += self._more()
        head, _, rest = data.partition(b'\r\n\r\n')
        return head.decode('latin-1'), rest

    def _rest(self, data, length):
        while len(data) < length:
            data += self._more()
        return data


def parse_head(head):
    first, *lines = head.split('\r\n')
    fields = (line.partition(':') for line in lines)
    return int(first.split()[1]), {name.strip().lower(): value.strip() for name, _, value in fields}
