# shellcheck shell=sh
# What every fault story is made of:
#
#     . "$(dirname "$0")/lib/story.sh"
#     begin 'What happens'              clients start to buy and to read
#     crash catalog-1                   one of the deeds in hosts.sh
#     clients_go_on 20                  until 20 more purchases were answered
#     up catalog-1
#     whole_again                       until every process is ready and every frontend sees all of them
#     verdict                           ends the clients, audits, prints what they saw, exits
#
# Exit status: 0 every promise was kept; 1 one was broken, or the cluster did not become whole in time; 3 could not
# tell; 77 skipped, because what the story needs is not to be had here.
#
#   FAULT_ITEM=N          what the clients buy and read; use a book that nobody minds         (1)
#   FAULT_BOUND=SECONDS   for becoming whole again                                            (60)
#   FAULT_GAP_MAX=MS      fail when no purchase was answered for longer                       (no limit)
#   FAULT_TABLE=FILE      adds the story's line of the table of scripts/fault/all to it

SHOP_TOP=${SHOP_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
export SHOP_TOP
# shellcheck source=scripts/lib/cluster.sh
. "$SHOP_TOP/scripts/lib/cluster.sh"
# shellcheck source=scripts/fault/lib/hosts.sh
. "$SHOP_TOP/scripts/fault/lib/hosts.sh"

item=${FAULT_ITEM:-1}
bound=${FAULT_BOUND:-60}
story=${0##*/}
stock_needed=100000
whole_ms=0
broken=''

# now_ms: since the host's start; no clock that is set.
now_ms() {
    read -r uptime _ </proc/uptime
    echo "${uptime%.*}${uptime#*.}0"
}

say() {
    echo "$story: $*"
}

skip() {
    say "SKIPPED: $*"
    [ -z "${FAULT_TABLE:-}" ] || printf '%s\tskipped: %s\n' "$story" "$*" >>"$FAULT_TABLE"
    exit 77
}

# promise_broken WORDS: the story goes on, and its verdict says so.
promise_broken() {
    say "BROKEN: $*"
    broken="$broken${broken:+; }$*"
}

ctl() {
    "$bin/bookstorectl" --config="$config" "$@"
}

# a_frontend: the address of one that is ready; of the first when none is.
a_frontend() {
    for one in $(members frontend); do
        if ready "$one"; then where "$one" && return; fi
    done
    where frontend-0
}

stock() {
    curl -fs --max-time 5 "http://$(a_frontend)/v1/books/$item" | sed -n 's/.*"stock":\([0-9]*\).*/\1/p'
}

begin() {
    need_hosts
    work=$(mktemp -d "${TMPDIR:-/tmp}/bookstored-fault.XXXXXX")
    trap leave EXIT
    trap 'exit 130' INT TERM
    [ -z "$secret" ] || (umask 077 && sed 's/^/Authorization: Bearer /' "$secret" >"$work/credential")
    say "$1"
    wait_whole "$bound" || fail "the cluster is not whole to begin with: $(what_is_missing)"
    stock_before=$(stock)
    [ -n "$stock_before" ] || fail "cannot read book $item at a frontend"
    if [ "$stock_before" -lt $stock_needed ]; then
        ctl restock "$item" $stock_needed ${FAULT_ADMIN_SECRET_FILE:+"--admin-secret-file=$FAULT_ADMIN_SECRET_FILE"} >/dev/null ||
            fail "cannot stock up book $item"
        stock_before=$(stock)
    fi
    # shellcheck disable=SC2046  # addresses, a word each
    for _client in buy read; do
        "$SHOP_TOP/scripts/fault/lib/client" $_client "$work/$_client" "$item" $(for one in $(members frontend); do where "$one"; done) &
        clients="${clients:-} $!"
    done
    clients_go_on 10
}

# leave: at the exit, however it comes about. A story that has more to put back defines clean_up.
leave() {
    touch "$work/buy.stop" "$work/read.stop"
    # shellcheck disable=SC2086  # clients, a word each
    kill ${clients:-} 2>/dev/null || true
    type clean_up >/dev/null 2>&1 && clean_up
    rm -rf "$work"
}

bought() {
    [ -f "$work/buy" ] && awk '$3 == 201 { n++ } END { print n + 0 }' "$work/buy" || echo 0
}

# clients_go_on COUNT [SECONDS]: until so many more purchases were answered; a broken promise when they are not in time.
clients_go_on() {
    _goal=$(($(bought) + $1))
    _until=$(($(now_ms) + ${2:-$bound} * 1000))
    while [ "$(bought)" -lt $_goal ]; do
        if [ "$(now_ms)" -gt $_until ]; then
            promise_broken "$((_goal - $(bought))) of $1 purchases not answered within ${2:-$bound} s"
            return 0
        fi
        sleep 0.1
    done
}

# wait_for_words WORDS COUNT COMPLAINT: until the logs have them more than COUNT times; else the complaint is a broken promise.
wait_for_words() {
    _until=$(($(now_ms) + bound * 1000))
    while [ "$(in_logs "$1")" -le "$2" ]; do
        if [ "$(now_ms)" -gt $_until ]; then
            promise_broken "$3 within $bound s"
            return 0
        fi
        sleep 0.2
    done
}

# let_lead NAME: whoever leads its group is restarted until it is that one. Of several that could take over, the first does:
# so as many of the others as the group can spare are stopped before.
let_lead() {
    for _try in 1 2 3 4 5 6; do
        _leads=$(wait_leader "${1%-*}")
        [ "$_leads" != "$1" ] || return 0
        _spare=$((($(members "${1%-*}" | wc -l) - 1) / 2))
        _stopped="$(members "${1%-*}" | grep -v -x -e "$1" -e "$_leads" | head -n $_spare) $_leads"
        for one in $_stopped; do quit "$one"; done
        for one in $_stopped; do up "$one"; done
        whole_again
    done
    promise_broken "$1 does not come to lead"
}

# pass SECONDS: lets time pass, for a fault that is itself a length of time.
pass() {
    sleep "$1"
}

what_is_missing() {
    for one in $(members); do
        ready "$one" || echo "$one is not ready: $(curl -s --max-time 2 "http://$(where "$one")/readyz" 2>/dev/null || echo 'no answer')"
    done
    for one in $(members frontend); do
        ask "$one" /v1/status | tr '{' '\n' | awk -v at="$one" '
            /"role":"(catalog|order)"/ && !/"state":"up"/ { print at " does not see all up" }
            /"role":"catalog"/ && /"leader":true/ { leads["catalog"]++ }
            /"role":"order"/ && /"leader":true/ { leads["order"]++ }
            END { if (leads["catalog"] != 1 || leads["order"] != 1) print at " does not see a leader of each group" }'
    done
}

wait_whole() {
    _until=$(($(now_ms) + $1 * 1000))
    while [ -n "$(what_is_missing)" ]; do
        [ "$(now_ms)" -lt $_until ] || return 1
        sleep 0.05
    done
}

# whole_again: after a repair, until the cluster is whole; the longest of a story counts.
whole_again() {
    _repaired=$(now_ms)
    if ! wait_whole "$bound"; then
        promise_broken "not whole again within $bound s: $(what_is_missing | tr '\n' ';')"
        return 0
    fi
    _took=$(($(now_ms) - _repaired))
    [ $_took -le $whole_ms ] || whole_ms=$_took
    say "  whole again after $_took ms; $(bought) purchases answered so far"
}

# orders_since: "number key" of every order from the first to the last that the buyer got, and some beyond.
orders_since() {
    _range=$(awk '$3 == 201 { if (!n++ || $5 < least) least = $5; if ($5 > most) most = $5 } END { if (n) printf "[%d-%d]", least, most + 20 }' "$work/buy")
    [ -n "$_range" ] || return 0
    curl -s --max-time 120 --retry 5 -w '\n' "http://$(a_frontend)/v1/orders/$_range" |
        sed -n 's/^{"order":\([0-9]*\),"key":"\([^"]*\)".*/\1 \2/p'
}

verdict() {
    touch "$work/buy.stop" "$work/read.stop"
    # shellcheck disable=SC2086  # clients, a word each
    wait $clients || true
    clients=''
    _audited=0
    audit=$(ctl audit --wait="$bound" ${secret:+"--secret-file=$secret"} 2>&1) || _audited=$?
    audit=$(echo "$audit" | tr '\n' ' ')
    orders_since >"$work/orders"
    eval "$(awk -v stock="$stock_before" -f "$SHOP_TOP/scripts/fault/lib/judge.awk" file=1 "$work/buy" file=2 "$work/read" file=3 "$work/orders")"
    # shellcheck disable=SC2154  # the judge's
    {
        say "clients saw: $bought purchases answered, $unanswered never; tries repeated: $refused refused (503), $unheard without an answer; longest gap $gap ms"
        say "             $seen reads answered, $reads_refused refused (503), $reads_unheard without an answer; longest gap $read_gap ms"
        say "lost $lost, double $double, stale $stale, other wrong answers $wrong; audit: $audit"
        [ "$stale" -eq 0 ] || say "the first stale one: $stale_shown copies shown where there were $stale_possible at most"
        [ $((lost + double + stale + wrong + unanswered)) -eq 0 ] || promise_broken "lost $lost, double $double, stale $stale, wrong $wrong, never answered $unanswered"
        [ -z "${FAULT_GAP_MAX:-}" ] || [ "$gap" -le "$FAULT_GAP_MAX" ] || promise_broken "no purchase for $gap ms, more than $FAULT_GAP_MAX"
    }
    [ $_audited -ne 1 ] || promise_broken "audit: $audit"
    result=ok
    [ $_audited -le 1 ] || result='cannot tell'
    [ -z "$broken" ] || result=BROKEN
    [ -z "${FAULT_TABLE:-}" ] || printf '%s\t%s\t%s\t%s / %s\t%s / %s\t%s / %s / %s\t%s\t%s\n' "$story" "$gap" "$read_gap" \
        "$refused" "$unheard" "$reads_refused" "$reads_unheard" "$lost" "$double" "$stale" "$whole_ms" "$result" >>"$FAULT_TABLE"
    case $result in
    ok) say "OK: whole again within $whole_ms ms, nothing lost, double or stale; copies gone = orders" && exit 0 ;;
    BROKEN) say "BROKEN: $broken" && exit 1 ;;
    *) say "COULD NOT TELL: $audit" && exit 3 ;;
    esac
}
