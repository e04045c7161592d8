"""The least of an HTTP client: one request, or many over one kept connection."""
import http.client
import json
import socket


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)


def split(address):
    host, port = address.rsplit(':', 1)
    return host.strip('[]'), int(port)


class Connection:
    """Kept open between requests; a broken one raises OSError and is opened anew by the next request."""

    def __init__(self, address, timeout=120):
        self.address, self.timeout, self.connection = address, timeout, None

    def request(self, method, target, body=None, headers=None):
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            headers.setdefault('Content-Type', 'application/json')
        if self.connection is None:
            self.connection = http.client.HTTPConnection(*split(self.address), timeout=self.timeout)
        try:
            try:
                self.connection.request(method, target, body=body, headers=headers)
            except BrokenPipeError:
                pass    # a server that is full has answered already, and closed
            return Answer(self.connection.getresponse())
        except (http.client.HTTPException, OSError) as e:
            self.close()
            raise e if isinstance(e, OSError) else ConnectionError(str(e) or type(e).__name__) from e

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


def request(address, method, target, body=None, headers=None, timeout=120):
    connection = Connection(address, timeout)
    try:
        return connection.request(method, target, body, headers)
    finally:
        connection.close()


def raw(address, data, until, timeout=120):
    """Sends bytes as they are and returns what comes back, up to `until` or the other side's end."""
    with socket.create_connection(split(address), timeout) as s:
        s.sendall(data)
        received = b''
        while until not in received and (chunk := s.recv(65536)):
            received += chunk
        return received
