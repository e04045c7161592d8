"""Clients that mean no good, or know no better: they hold connections, send a byte a second, do not read, send noise, or send
more than can be served. All run on one thread of their own.

    with Attack(idle(address, 1000), dribble(address, 200, HEADER)) as attack:
        ...
    attack.counts['answered 503']
"""
import asyncio
import collections
import random
import resource
import struct
import threading
import time
import uuid

from .http import split
from .shop import PATIENCE

HEADER, BODY, READER = 'header', 'body', 'reader'
_lines = (b'GET /lookup?item=1 HTTP/1.1\r\nHost: shop\r\n\r\n', b'POST /v1/orders HTTP/1.1\r\nHost: shop\r\nContent-Length: 99999999999\r\n\r\n{',
          b'GET / HTTP/9.9\r\n\r\n', b'POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', b'\x16\x03\x01\x02\x00\x01',
          b'POST /buy?item=x HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n',
          b'GET /v1/peer HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: bookstored-peer/1\r\n\r\n')


def allow_descriptors():
    """As many as this process may have: a thousand connections need them."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Attack:
    """Runs what it is given until the block is left. `counts` says what happened to it."""

    def __init__(self, *crowds):
        self.crowds = crowds
        self.counts = collections.Counter()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True, name='attack')
        self.running = True

    def __enter__(self):
        allow_descriptors()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.running = False
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive(), 'the attack does not end'

    def wait_for(self, what, count, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while self.counts[what] < count:
            assert time.monotonic() < end, f'{what}: {self.counts[what]} of {count} after {seconds} s; {dict(self.counts)}'
            time.sleep(0.02)

    def _run(self):
        asyncio.set_event_loop(self.loop)
        tasks = [self.loop.create_task(one(self)) for crowd in self.crowds for one in crowd]
        self.loop.run_forever()
        for t in tasks:
            t.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.close()


class _Line:
    """One connection of an attacker; everything that it meets is counted."""

    def __init__(self, attack, address):
        self.attack, self.address, self.reader, self.writer = attack, address, None, None

    async def __aenter__(self):
        try:
            self.reader, self.writer = await asyncio.open_connection(*split(self.address))
            self.attack.counts['connected'] += 1
        except OSError:
            self.attack.counts['not connected'] += 1
            await asyncio.sleep(0.05)
            raise
        return self

    async def __aexit__(self, kind, *_):
        if self.writer:
            # A reset, not a farewell: thousands of ports in TIME_WAIT would be the test's own flood.
            self.writer.get_extra_info('socket').setsockopt(1, 13, struct.pack('ii', 1, 0))
            self.writer.transport.abort()
        return kind is not None and issubclass(kind, (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError))

    async def answer(self):
        """The status of one answer; its body is read."""
        head = (await self.reader.readuntil(b'\r\n\r\n')).decode('latin-1').lower()
        status = int(head.split()[1])
        length = head.partition('content-length:')[2].split('\r\n')[0]
        if length:
            await self.reader.readexactly(int(length))
        self.attack.counts[f'answered {status}'] += 1
        if status == 503 and 'retry-after:' not in head:
            self.attack.counts['503 without Retry-After'] += 1
        return status, 'connection: close' in head


def _again_and_again(address, deed):
    """Each time on a new connection, for as long as the attack runs."""
    async def one(attack):
        while attack.running:
            async with _Line(attack, address) as line:
                await deed(line)
    return one


def idle(address, count, used=False):
    """Connections that send nothing, or nothing after their first request. Who is closed comes again."""
    async def hold(line):
        if used:
            line.writer.write(b'GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n')
            if (await line.answer())[1]:
                return
        line.attack.counts['held'] += 1
        await line.reader.read()
        line.attack.counts['held'] -= 1
        line.attack.counts['held, then closed'] += 1
    return [_again_and_again(address, hold) for _ in range(count)]


def dribble(address, count, kind, target='/lookup?item=1', every=1.0):
    """A byte a second: of the header, of the body, or of the answers to as many requests as the server takes."""
    async def write_slowly(line, data):
        for byte in data:
            line.writer.write(bytes([byte]))
            line.attack.counts['dribbled'] += 1
            try:
                await asyncio.wait_for(line.answer(), every)
                return
            except asyncio.TimeoutError:
                pass

    async def header(line):
        await write_slowly(line, f'GET {target} HTTP/1.1\r\nHost: '.encode() + b's' * 4000)

    async def body(line):
        line.writer.write(b'POST /v1/orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n')
        await write_slowly(line, b'{' + b' ' * 3999)

    async def reader(line):
        line.writer.transport.pause_reading()
        request = f'GET {target} HTTP/1.1\r\nHost: shop\r\n\r\n'.encode()
        socket = line.writer.get_extra_info('socket')
        while not line.writer.is_closing():
            if line.writer.transport.get_write_buffer_size() < 65536:
                line.writer.write(request * 64)
            await asyncio.sleep(every)
            line.attack.counts['dribbled'] += 1
            socket.getpeername()        # fails once the server has cut this line off
    return [_again_and_again(address, {HEADER: header, BODY: body, READER: reader}[kind]) for _ in range(count)]


def garbage(address, count, seed):
    """Noise, halves of requests, headers without end, bodies of absurd lengths, rubbish in a pipeline."""
    def noise(dice):
        kind = dice.randrange(5)
        if kind == 0:
            return dice.randbytes(dice.randrange(1, 5000))
        if kind == 1:
            line = dice.choice(_lines)
            return line[:dice.randrange(1, len(line))]
        if kind == 2:
            return b'GET /lookup?item=1 HTTP/1.1\r\nHost: shop\r\n' + b'X-Header: ' + b'x' * dice.randrange(20000) + b'\r\n' * dice.randrange(3)
        if kind == 3:
            return b''.join(dice.choice(_lines) for _ in range(dice.randrange(1, 30)))
        damaged = bytearray(b''.join(dice.choice(_lines) for _ in range(3)))
        for _ in range(dice.randrange(1, 20)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        return bytes(damaged)

    def one(number):
        dice = random.Random(f'{seed}/{number}')

        async def throw(line):
            line.writer.write(noise(dice))
            line.attack.counts['thrown'] += 1
            if dice.random() < 0.5:
                line.writer.write_eof()
            try:
                await asyncio.wait_for(line.reader.read(), 0.2)
            except asyncio.TimeoutError:
                pass
        return _again_and_again(address, throw)
    return [one(i) for i in range(count)]


def purchase():
    body = b'{"lines": [{"item": 1, "quantity": 1}]}'
    return (f'POST /v1/orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nIdempotency-Key: {uuid.uuid4()}\r\n'
            f'Content-Length: {len(body)}\r\n\r\n').encode() + body


def read():
    return b'GET /lookup?item=1 HTTP/1.1\r\nHost: shop\r\n\r\n'


def flood(address, count, request=purchase):
    """Closed loop: each sends the next request when the last one is answered, and does not wait when it is told to."""
    async def ask(line):
        while True:
            line.writer.write(request())
            line.attack.counts['asked'] += 1
            status, closed = await line.answer()
            line.attack.counts['answered'] += 1
            if closed:
                return
    return [_again_and_again(address, ask) for _ in range(count)]


def stream(address, count, rate, request=purchase):
    """Open loop: `rate` requests a second on each line, whether or not any is answered."""
    async def pour(line):
        async def drain():
            while True:
                if (await line.answer())[1]:
                    return
        reading = asyncio.ensure_future(drain())
        try:
            while not reading.done() and not line.writer.is_closing():
                if line.writer.transport.get_write_buffer_size() < 1 << 20:
                    line.writer.write(request())
                    line.attack.counts['asked'] += 1
                await asyncio.sleep(1 / rate)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
    return [_again_and_again(address, pour) for _ in range(count)]
