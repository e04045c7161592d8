"""`bookstorectl member`: who counts in a group is shown and changed, on real processes."""
import json
import shutil
import subprocess
import unittest

from support import http
from support.shop import BIN, PATIENCE, STEADY, UNHURRIED, Shop, wait_until


class Members(unittest.TestCase):
    settings = UNHURRIED

    def setUp(self):
        self.shop = Shop(catalogs=3, orders=3, frontends=1, settings=self.settings).__enter__()
        self.addCleanup(self.shop.__exit__, None, None, None)
        self.shop.start()

    def run_ctl(self, *arguments):
        return subprocess.run([str(BIN / 'bookstorectl'), '--config', str(self.shop.config), *arguments], capture_output=True, text=True,
                              timeout=PATIENCE)

    def ctl(self, *arguments, status=0):
        done = self.run_ctl(*arguments)
        self.assertEqual(status, done.returncode, done.stdout + done.stderr)
        return done.stderr if status else done.stdout

    def members(self, group='catalog'):
        """slot -> its members"""
        slots = {}
        said = wait_until(lambda: (done := self.run_ctl('--output=json', 'member', 'list', group)).returncode == 0 and done.stdout, what='a leader')
        for member in json.loads(said)['members']:
            slots.setdefault(member['slot'], []).append(member)
        return slots

    def whole(self):
        slots = self.members()
        return slots if all(len(m) == 1 and m[0]['standing'] == 'voter' and m[0]['answers'] for m in slots.values()) else None


class ANewcomer(Members):
    def test_a_wiped_disk_comes_back_as_another_node_and_gets_its_vote(self):
        old = wait_until(self.whole)[2][0]['node']
        lost = self.shop['catalog', 2]
        lost.kill()
        shutil.rmtree(lost.data)
        lost.start('--first-start=0')
        seen = []

        def is_voter():
            for member in self.members().get(2, ()):
                if member['node'] != old and member['standing'] not in seen[-1:]:
                    seen.append(member['standing'])
            return seen[-1:] == ['voter']
        wait_until(is_voter, what='the newcomer being a voter')
        self.assertEqual(sorted(seen, key=['guest', 'learner', 'voter'].index), seen)
        self.assertTrue(any('promotes a learner' in p.log.read_text() for p in self.shop.of('catalog')), 'a newcomer was a voter at once')
        wait_until(self.whole, what='three members again')
        self.ctl('member', 'remove', 'catalog', old, status=1)


class Member(Members):
    settings = STEADY

    def follower(self):
        return next(slot for slot, (member,) in sorted(wait_until(self.whole).items()) if not member['leader'])

    def test_all_are_shown_with_one_leader_a_group(self):
        for group in ('catalog', 'order'):
            wait_until(lambda group=group: self.shop.voters(group), what=f'every {group} answering')
            slots = self.members(group)
            self.assertEqual([0, 1, 2], sorted(slots))
            self.assertEqual(1, sum(m['leader'] for (m,) in slots.values()))
            self.assertEqual([p.address for p in self.shop.of(group)], [slots[i][0]['address'] for i in range(3)])
        shown = self.ctl('member', 'list')
        self.assertEqual(7, len([line for line in shown.splitlines() if 'voter' in line or 'standing' in line]), shown)

    def test_who_is_removed_is_told_and_what_would_stall_the_group_is_refused(self):
        slot = self.follower()
        node = self.members()[slot][0]['node']
        other = next(i for i, (m,) in self.members().items() if i != slot and not m['leader'])
        self.shop.kill('catalog', other)
        wait_until(lambda: not self.members()[other][0]['answers'], what='the leader missing it')
        self.assertIn('come to a stop', self.ctl('member', 'remove', 'catalog', node, status=1))
        self.assertIn(slot, self.members())
        self.shop.restart('catalog', other)
        wait_until(self.whole, what='all answering again')
        self.assertIn(node, self.ctl('member', 'remove', 'catalog', node))
        self.assertNotIn(node, [m['node'] for ms in self.members().values() for m in ms if m['standing'] != 'guest'])
        wait_until(lambda: 'was removed from the catalog group' in self.shop['catalog', slot].get('/readyz').text, what='it being told')
        self.shop.bought((1, 1))
        address = self.shop['catalog', slot].address

        def degraded():
            groups = {g['group']: g for g in self.shop.get('/v1/status').json()['groups']}
            self.assertFalse(groups['order']['degraded'])
            return groups['catalog'].get('without_voter') == [{'slot': slot, 'address': address}]
        wait_until(degraded, what='the frontend seeing the slot empty')
        self.assertIn(f'the catalog group is degraded: without a vote is slot {slot} ({address})', self.ctl('status'))

    def test_errors_say_what_is_allowed(self):
        for wrong in (('member', 'list', 'frontend'), ('member', 'remove', 'catalog', '12'), ('member', 'add', 'catalog', 'x'), ('member', 'fly')):
            with self.subTest(wrong):
                self.assertIn('allowed', self.ctl(*wrong, status=2))
        address = self.shop['catalog', 0].address
        for method, target, body, status in (('POST', '/v1/members', {'slot': 3}, 400), ('POST', '/v1/members', {'slot': 1}, 409),
                                             ('POST', '/v1/members', {}, 400), ('DELETE', '/v1/members/xyz', None, 400),
                                             ('DELETE', '/v1/members/0123456789abcdef', None, 404)):
            with self.subTest(f'{method} {target} {body}'):
                answer = http.request(address, method, target, body)
                self.assertEqual((status, 'application/problem+json'), (answer.status, answer.headers['Content-Type']), answer.text)


if __name__ == '__main__':
    unittest.main()
