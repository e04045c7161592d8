#!/bin/sh
# Shows that the simulator works: each defect put in on purpose must be caught within so many seeds.
# Usage: mutants.sh RAFT_MUTANTS SEEDS [NAME...]
set -eu
simulator=${1:?usage: mutants.sh RAFT_MUTANTS SEEDS [NAME...]}
seeds=${2:?usage: mutants.sh RAFT_MUTANTS SEEDS [NAME...]}
shift 2
[ $# -gt 0 ] || set -- $("$simulator" --list-mutants)

survived=0
for mutant in "$@"; do
    status=0
    found=$("$simulator" --mutant "$mutant" --seeds "$seeds" --virtual-seconds 1 2>/dev/null) || status=$?
    case $status in
    0) printf '%-24s survived %s seeds\n' "$mutant" "$seeds"; survived=$((survived + 1)) ;;
    1) printf '%-24s %s\n' "$mutant" "$(printf '%s\n' "$found" | head -n 1)" ;;
    *) echo "mutants.sh: the simulator failed with status $status" >&2; exit 1 ;;
    esac
done
[ "$survived" -eq 0 ]
