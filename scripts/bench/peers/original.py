#!/usr/bin/env python3
"""The design of the original system, made anew after its report alone, to be measured beside bookstored: Flask's own server
with a thread a request, `requests` between the servers, a JSON file, a dictionary as cache. As described, and so as flawed:
a purchase looks and then takes, nothing is locked or synced, and a server that is down is found out by the next heartbeat.

    original.py catalog|order|frontend ID PORTS DIR ITEMS

PORTS: of catalog 0, catalog 1, order 0, order 1 and the frontend, with commas. Needs python3-flask and python3-requests.
"""
import itertools
import json
import logging
import sys
import threading
import time
from pathlib import Path

import flask
import requests

ROLE, ID, PORTS, FOLDER, ITEMS = sys.argv[1], int(sys.argv[2]), [int(p) for p in sys.argv[3].split(',')], Path(sys.argv[4]), int(sys.argv[5])
CATALOGS, ORDERS, FRONTEND = PORTS[0:2], PORTS[2:4], PORTS[4]
app = flask.Flask(__name__)


def url(port, path):
    return f'http://127.0.0.1:{port}/{path}'


def catalog():
    books = {i: {'id': i, 'title': f'Book {i}', 'topic': f't{i % 20}', 'cost': 200, 'stock': 1_000_000_000} for i in range(1, ITEMS + 1)}
    file = FOLDER / f'catalog-{ID}.json'

    @app.get('/query')
    def query():
        wanted = flask.request.args
        found = [books[int(wanted['item'])]] if 'item' in wanted else [b for b in books.values() if b['topic'] == wanted['topic']]
        return {'books': found}

    @app.post('/update')
    def update():
        item, change = int(flask.request.args['item']), flask.request.get_json()
        requests.get(url(FRONTEND, 'invalidate'), params={'item': item})
        requests.get(url(FRONTEND, 'invalidate'), params={'topic': books[item]['topic']})
        books[item]['stock'] += change['delta']
        file.write_text(json.dumps(list(books.values())))
        if change['order']:
            requests.post(url(CATALOGS[1 - ID], 'update'), params={'item': item}, json={**change, 'order': 0})
        return {'books': [books[item]]}

    return CATALOGS[ID]


def order():
    log = open(FOLDER / f'order-log-{ID}.txt', 'a', encoding='utf-8')

    @app.route('/buy', methods=['GET', 'POST'])
    def buy():
        item = int(flask.request.args['item'])
        replica = CATALOGS[int(requests.get(url(FRONTEND, 'getcatalog')).text)]
        book = requests.get(url(replica, 'query'), params={'item': item}).json()['books'][0]
        if book['stock'] <= 0:
            return 'Out of Stock'
        requests.post(url(replica, 'update'), params={'item': item}, json={'delta': -1, 'order': 1})
        log.write(f'{time.time()} {item}\n')
        log.flush()
        return f"Bought {book['title']}"

    return ORDERS[ID]


def frontend():
    cache, up = {}, dict.fromkeys(CATALOGS + ORDERS, True)
    turns = {'catalog': itertools.cycle(range(2)), 'order': itertools.cycle(range(2))}

    def next_of(kind, ports):
        return next(i for i in itertools.islice(turns[kind], 2) if up[ports[i]])

    def read(key, parameters):
        if key not in cache:
            cache[key] = requests.get(url(CATALOGS[next_of('catalog', CATALOGS)], 'query'), params=parameters).json()
        return cache[key]

    @app.get('/lookup')
    def lookup():
        return read(('item', flask.request.args['item']), {'item': flask.request.args['item']})

    @app.get('/search')
    def search():
        return read(('topic', flask.request.args['topic']), {'topic': flask.request.args['topic']})

    @app.route('/buy', methods=['GET', 'POST'])
    def buy():
        answer = requests.post(url(ORDERS[next_of('order', ORDERS)], 'buy'), params={'item': flask.request.args['item']})
        return answer.text, answer.status_code

    @app.get('/getcatalog')
    def get_catalog():
        return str(next_of('catalog', CATALOGS))

    @app.get('/invalidate')
    def invalidate():
        for kind, value in flask.request.args.items():
            cache.pop((kind, value), None)
        return 'Successfully invalidated'

    def heartbeats():
        while True:
            for port in up:
                try:
                    up[port] = requests.get(url(port, 'heartbeat'), timeout=1).ok
                except requests.RequestException:
                    up[port] = False
            time.sleep(5)

    threading.Thread(target=heartbeats, daemon=True).start()
    return FRONTEND


@app.get('/heartbeat')
def heartbeat():
    return 'up'


if __name__ == '__main__':
    logging.getLogger('werkzeug').setLevel(logging.ERROR)
    app.run('127.0.0.1', {'catalog': catalog, 'order': order, 'frontend': frontend}[ROLE](), threaded=True)
