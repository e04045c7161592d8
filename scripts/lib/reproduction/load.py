"""Many clients at a time, by way of `bookstorectl bench`."""
import json
import subprocess

CLIENTS = (1, 2, 5, 10, 64)
PROBABILITIES = (0, 20, 40, 60, 80)     # of a purchase, in percent


def bench(ctl, address, mix, clients, seconds, items, seed):
    """kind of request -> figures, times in µs; 'all' is over the kinds."""
    said = subprocess.run([ctl, f'--endpoints={address}', '--output=json', 'bench', f'--mix={mix}', f'--clients={clients}', f'--seconds={seconds}',
                           '--warm-up=1', f'--items={items}', f'--seed={seed}'], capture_output=True, text=True)
    if said.returncode:
        raise RuntimeError(f'bench: {said.stderr or said.stdout}')
    return json.loads(said.stdout)


def by_clients(ctl, address, seconds, seed):
    """kind -> clients -> figures"""
    return {kind: {n: bench(ctl, address, kind, n, seconds, '1-7', seed)['all'] for n in CLIENTS} for kind in ('lookup', 'buy')}


def by_probability(ctl, doors, seconds, seed, clients=5):
    """name of a shop -> percent of purchases -> figures. The shops take turns: a machine is never equally fast for long."""
    found = {name: {} for name in doors}
    for p in PROBABILITIES:
        for name, address in doors.items():
            found[name][p] = bench(ctl, address, f'buy:{p}', clients, seconds, '1-7', seed)['all']
    return found
