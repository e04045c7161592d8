"""What rots on a disk under a running replica is found, named and taken anew from the others."""
import re
import unittest

from support.shop import PATIENCE, Shop, wait_until

# Everything within a second, over and over.
HURRY = '[storage]\nscrub-every-s = 1\nscrub-kb-s = 100000\n'


def overwrite(path, what, by):
    """In place, as a disk does it: the process that has the file open is told nothing. Wherever it is: one place may be where a row
    was before it was written anew."""
    with open(path, 'r+b') as file:
        places = [found.start() for found in re.finditer(re.escape(what), file.read())]
        assert places, f'{what} is not in {path}'
        for at in places:
            file.seek(at)
            file.write(by)


class Rot(unittest.TestCase):
    def test_a_state_and_a_log(self):
        with Shop(catalogs=3, orders=1, frontends=1, settings=HURRY) as shop:
            shop.start()
            shop.bought((1, 2))
            victim = shop['catalog', 2]

            def settled():  # a row that is written later would put its whole page right again
                shown = victim.get('/resync')
                return shown.headers['Bookstore-Unsettled'] == '0' and shown.json()[0]['stock'] == 3
            wait_until(settled, what='the sale being settled there')
            self.assertEqual(0, victim.stop())  # all of its state is in state.db now, and nothing beside it
            shop.restart('catalog', 2)
            data = victim.data / 'catalog'

            with self.subTest('a title in the state'):
                overwrite(data / 'state.db', b'RPCs for Dummies', b'RPCs for Mummies')
                wait_until(lambda: 'do not add up to the digest' in victim.log.read_text(), what='the scrub finding it')
                wait_until(lambda: 'installed a snapshot' in victim.log.read_text(), what='a state from another')
                wait_until(victim.ready, what='it being ready again')
                books = shop.wait_agreement()
                self.assertEqual(['RPCs for Dummies', 3], [books[1]['title'], books[0]['stock']])
                self.assertNotIn(b'Mummies', (data / 'state.db').read_bytes())

            with self.subTest('a step of the log'):
                oldest = sorted((data / 'log').glob('*.log'))[0]
                overwrite(oldest, oldest.read_bytes()[100:110], b'not so now')
                self.assertEqual(1, victim.popen.wait(PATIENCE))
                self.assertIn('its log is damaged on its disk', victim.log_tail(20))
                shop.bought((1, 1))
                victim.start()
                wait_until(lambda: any('promotes a learner' in p.log.read_text() for p in shop.of('catalog')), what='its new vote')
                wait_until(victim.ready, what='it being ready again')
                self.assertEqual(2, shop.wait_agreement()[0]['stock'])
                self.assertIn('it is set aside, and this replica joins its group anew', victim.log.read_text())
                self.assertEqual(1, len(list(data.glob('log.damaged-*'))))


if __name__ == '__main__':
    unittest.main()
