"""Whether a shop that went through faults kept its promises: what every chaos test asks at the end, in quiet."""
import subprocess
import threading
import time

from . import http
from .history import write_orders
from .shop import BIN, PATIENCE, wait_until

REQUEST_TIME = 4    # whatever a client has given up ends within it: more than request-ms, in seconds


def bookstorectl(*arguments, seconds=3 * PATIENCE):
    return subprocess.run([str(BIN / 'bookstorectl'), *map(str, arguments)], capture_output=True, text=True, timeout=seconds)


def order_book(shop, readers=4):
    """number -> order: every number from 1 up to the first that is not there, read through all frontends."""
    orders, failures = {}, []

    def read(first):
        connections = [http.Connection(f.address) for f in shop.of('frontend')]
        number = first
        try:
            while True:
                answer = wait_until(lambda: _find(connections[number % len(connections)], number), what=f'an answer about order {number}')
                if answer.status == 404:
                    return
                orders[number] = answer.json()
                number += readers
        except (OSError, AssertionError) as e:
            failures.append(repr(e))
        finally:
            for c in connections:
                c.close()
    threads = [threading.Thread(target=read, args=(i + 1,)) for i in range(readers)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not failures, failures
    return orders


def _find(connection, number):
    answer = connection.request('GET', f'/v1/orders/{number}')
    assert answer.status in (200, 404, 503), f'order {number}: {answer.status} {answer.text}'
    return answer if answer.status != 503 else None


def settled(shop, seconds=PATIENCE):
    """The order book, once the shop has come to rest and the audit finds nothing: no purchase is under way any more, and
    those that nobody waited for have been put on record by the order leader."""
    shop.wait_ready(seconds)
    time.sleep(REQUEST_TIME)
    secret = [f'--secret-file={shop.secret_file}'] if shop.secret_file else []
    audit = bookstorectl('audit', f'--config={shop.config}', f'--wait={seconds}', *secret)
    assert audit.returncode == 0, f'audit: {audit.returncode}\n{audit.stdout}{audit.stderr}'
    return order_book(shop)


def kept(test, shop, recorders, history, orders, folder):
    """Asserts every promise that can be seen from outside."""
    test.assertEqual([], recorders.wrong)
    test.assertEqual(list(range(1, len(orders) + 1)), sorted(orders), 'order numbers have gaps')
    keys = {order['key']: number for number, order in orders.items()}
    test.assertEqual(len(orders), len(keys), 'a key has two orders')
    lost = {key: number for key, number in recorders.answered.items() if keys.get(key) != number}
    test.assertEqual({}, lost, 'answered, but not on record')

    history.write(folder / 'history.jsonl', orders)
    write_orders(folder / 'orders.jsonl', orders)
    check = bookstorectl('check-history', folder / 'history.jsonl', f'--orders={folder}/orders.jsonl')
    test.assertEqual(0, check.returncode, check.stdout + check.stderr)
