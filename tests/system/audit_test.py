"""bookstorectl audit against real clusters: clean after purchases, silent where it cannot know, exact about what was
changed behind the shop's back, and clean where the shop has mended that by itself."""
import json
import shutil
import sqlite3
import subprocess
import unittest

from support.buyers import Buyers
from support.shop import BIN, PATIENCE, Shop, wait_until


def audit(shop, wait=PATIENCE):
    """Its exit status, and what it said."""
    endpoints = ','.join(f.address for f in shop.of('frontend'))
    done = subprocess.run([str(BIN / 'bookstorectl'), '--endpoints', endpoints, '--output=json', 'audit', f'--wait={wait}'],
                          capture_output=True, text=True, timeout=3 * PATIENCE)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def change(process, statement):
    """One row of what a stopped replica has on its disk."""
    with sqlite3.connect(process.data / process.role / 'state.db') as db:
        assert db.execute(statement).rowcount == 1
    db.close()


class Audit(unittest.TestCase):
    def test_clean_after_purchases_and_a_crash(self):
        with Shop(catalogs=3, orders=3, frontends=2, books=[{'id': i, 'title': f'B{i}', 'topic': 'ds', 'cost': 5, 'stock': 10_000}
                                                            for i in (1, 2)]) as shop:
            shop.start()
            self.assertEqual(0, audit(shop)[0])
            with Buyers(shop, clients=4, items=(1, 2)) as buyers:
                buyers.wait_for(50)
                shop.wait_leader('order').kill()
                buyers.wait_for(50)

            def incomplete(): # or busy, for as long as sales are being confirmed
                status, said = audit(shop, wait=0.5)
                self.assertEqual(3, status, said)
                return len(said['not_heard']) == 1 if said['result'] == 'incomplete' else False
            wait_until(incomplete, what='an audit without the one that is dead')
            for p in shop.of('order'):
                if not p.running():
                    shop.restart('order', p.id)
            status, said = audit(shop)
            self.assertEqual((0, 'clean', []), (status, said['result'], said['disagreements']), said)
            count = len(buyers.answered)
            self.assertEqual([], buyers.unfinished)
            self.assertIn(f'{count} copies gone; {count} orders, {count} copies on order', said['summary'])

    def test_a_busy_shop_is_not_judged(self):
        with Shop(catalogs=1, orders=1, frontends=1, books=[{'id': 1, 'title': 'B', 'topic': 'ds', 'cost': 5, 'stock': 1_000_000}]) as shop:
            shop.start()
            with Buyers(shop, clients=8) as buyers:
                buyers.wait_for(20)
                status, said = audit(shop, wait=0.2)
                self.assertIn((status, said['result']), ((3, 'busy'), (0, 'clean')))
            self.assertEqual(0, audit(shop)[0])

    def test_a_changed_row_is_mended_before_its_replica_is_ready(self):
        stories = (('catalog', 'update books set cost = 299 where id = 3',
                    lambda victim: victim.get('/query?item=3').json()['books'][0]['cost'], 300),
                   ('order', "update orders set key = 'another' where number = 1",
                    lambda victim: victim.get('/v1/orders/1').json()['key'], 'the-key'))
        for role, statement, shown, right in stories:
            with self.subTest(role), Shop(catalogs=3, orders=3, frontends=1) as shop:
                shop.start()
                shop.bought((3, 1), key='the-key')
                self.assertEqual(0, audit(shop)[0])
                victim = shop[role, 2]
                victim.stop()
                change(victim, statement)
                shop.restart(role, 2)
                self.assertIn('they do not add up to the digest', victim.log.read_text())
                status, said = audit(shop)
                self.assertEqual((0, 'clean'), (status, said['result']), said)
                self.assertEqual(right, shown(victim))

    def test_books_and_orders_that_do_not_meet_are_named(self):
        """A catalog of one replica, put back to what it was before a sale: no digest can tell."""
        with Shop(catalogs=1, orders=1, frontends=1) as shop:
            shop.start()
            victim = shop['catalog', 0]
            victim.stop()
            copy = victim.data.with_name('copy')
            shutil.copytree(victim.data, copy)
            shop.restart('catalog', 0)
            shop.bought((3, 1))
            self.assertEqual(0, audit(shop)[0])
            victim.stop()
            shutil.rmtree(victim.data)
            copy.rename(victim.data)
            shop.restart('catalog', 0)

            def judged(): # what may be a sale under way is busy until nothing changes any more
                status, said = audit(shop, wait=1)
                self.assertIn(status, (1, 3), said)
                return said['disagreements'] if status == 1 else None
            self.assertEqual(['item 3: 0 copies gone, 1 on order'], wait_until(judged, what='a verdict'))


class Pages(unittest.TestCase):
    def test_the_orders_of_a_replica_page_by_page(self):
        with Shop(catalogs=1, orders=2, frontends=1) as shop:
            shop.start()
            for i in range(5):
                shop.bought((1, 1), key=f'key-{i}')
            wait_until(lambda: all(len(p.get('/v1/orders').json()['orders']) == 5 for p in shop.of('order')), what='five orders everywhere')
            for p in shop.of('order'):
                shown, after = [], 0
                while after is not None:
                    answer = p.get(f'/v1/orders?after={after}&limit=2')
                    self.assertGreater(int(answer.headers['Bookstore-Version']), 0)
                    self.assertLessEqual(len(answer.json()['orders']), 2)
                    shown += answer.json()['orders']
                    after = answer.json()['next']
                self.assertEqual([(i + 1, f'key-{i}') for i in range(5)], [(o['order'], o['key']) for o in shown])
                self.assertEqual({'orders': [], 'next': None}, p.get('/v1/orders?after=99').json())
                for wrong in ('after=x', 'after=-1', 'limit=0', 'limit=1001', 'limit=a'):
                    self.assertEqual(400, p.get(f'/v1/orders?{wrong}').status, wrong)

    def test_a_catalogue_of_many_pages(self):
        books = [{'id': i, 'title': f'Book {i}', 'topic': 'ds', 'cost': 5, 'stock': 10} for i in range(1, 20_002)]
        with Shop(catalogs=2, orders=1, frontends=1, books=books) as shop:
            shop.start()
            shop.bought((20_001, 2))
            self.assertEqual(20_001, len(shop['catalog', 0].get('/resync').json()))
            status, said = audit(shop)
            self.assertEqual(0, status, said)
            self.assertIn('20001 books, 2 copies gone; 1 orders, 2 copies on order', said['summary'])

    def test_resync_says_what_was_sold(self):
        with Shop(catalogs=1, orders=1, frontends=1) as shop:
            shop.start()
            shop.bought((3, 2))
            catalog = shop['catalog', 0]
            self.assertEqual({3: 2}, {b['id']: b['sold'] for b in catalog.get('/resync').json() if b['sold']})
            wait_until(lambda: catalog.get('/resync').headers['Bookstore-Unsettled'] == '0', what='the sale being settled')

            def both():
                """Of one version: what is settled or forgotten meanwhile changes the digest."""
                beat, whole = catalog.get('/heartbeat').json(), catalog.get('/resync').headers
                return (beat['digest'], whole['Bookstore-Digest']) if str(beat['version']) == whole['Bookstore-Version'] else None
            in_heartbeat, in_resync = wait_until(both, what='both of one version')
            self.assertEqual(in_heartbeat, in_resync)


if __name__ == '__main__':
    unittest.main()
