# shellcheck shell=sh disable=SC2154  # run and bin are from scripts/lib/cluster.sh
# How the stories reach a process of the cluster: on this host (scripts/run-local), or as systemd units through ssh.
#
# A process is named as its unit is: catalog-0, order-1, frontend-0. Everything that differs between the two kinds
# of cluster is in this file, so that each story is written once. All variables of a shell are global: the library's
# own begin with _, or are set in a $( ) only.
#
#   FAULT_HOSTS=local             the cluster in $SHOP_RUN, with the programs in $SHOP_BIN; the default
#   FAULT_HOSTS=ssh               bookstored@<name> on the host that the configuration file names for it
#     FAULT_CONFIG=FILE           the cluster's configuration file, here   (/etc/bookstored/bookstored.conf)
#     FAULT_SSH=COMMAND           how to run a command there as root       (ssh -n -o BatchMode=yes -l root)
#     FAULT_DATA=FOLDER           where the data directories are there     (/var/lib/bookstored)
#   FAULT_SECRET_FILE=FILE        the cluster's credential, when it has one
#   FAULT_ADMIN_SECRET_FILE=FILE  what stocking up needs, when the cluster asks for it

hosts=${FAULT_HOSTS:-local}
ssh=${FAULT_SSH:-ssh -n -o BatchMode=yes -l root}
secret=${FAULT_SECRET_FILE:-}
case $hosts in
local) config=$run/cluster.conf data=$run ;;
ssh) config=${FAULT_CONFIG:-/etc/bookstored/bookstored.conf} data=${FAULT_DATA:-/var/lib/bookstored} ;;
*) usage "FAULT_HOSTS=local|ssh ${0##*/}" ;;
esac

need_hosts() {
    if [ "$hosts" = local ]; then need_cluster; fi
    [ -r "$config" ] || fail "cannot read the cluster's configuration file $config"
    [ -x "$bin/bookstorectl" ] || fail "no $bin/bookstorectl; build it (scripts/build release), or name its folder: SHOP_BIN"
}

# members [ROLE]: the names of all processes, or of those of a role, in id order.
members() {
    replicas "$config" | awk -v role="${1:-}" 'role == "" || $1 == role { print $1 "-" $2 }'
}

where() {
    replicas "$config" | awk -v name="$1" '$1 "-" $2 == name { print $3 }'
}

host_of() {
    where "$1" | sed 's/:[0-9]*$//; s/^\[//; s/\]$//'
}

# on NAME COMMAND: runs a line of shell where that process lives.
on() {
    if [ "$hosts" = local ]; then
        sh -c "$2"
    else
        # shellcheck disable=SC2086  # a command and its options
        $ssh "$(host_of "$1")" "$2"
    fi
}

data_of() {
    if [ "$hosts" = local ]; then echo "$data/$1/data"; else echo "$data/$1"; fi
}

# log_of NAME: its log; of a unit, what it wrote since a quarter of an hour before the story, for clocks that differ.
log_since=$(($(date +%s) - 900))
log_of() {
    if [ "$hosts" = local ]; then cat "$run/$1/log"; else on "$1" "journalctl -q -o cat -u bookstored@$1 --since=@$log_since"; fi
}

# in_logs WORDS: how often the logs of all processes have them.
in_logs() {
    for one in $(members); do log_of "$one"; done | grep -c -F "$1" || true
}

signal_to() {
    if [ "$hosts" = local ]; then
        _pid=$(pid_of "$2")
        [ -n "$_pid" ] || fail "$2 is not running"
        kill -s "$1" "$_pid"
    else
        on "$2" "systemctl kill -s $1 bookstored@$2"
    fi
}

# crash NAME: kill -9, and it stays down.
crash() {
    signal_to KILL "$1"
    wait_down "$1"
}

# wait_down NAME: until it has died of a signal. systemd would start it again after a second: so it is told not to.
wait_down() {
    if [ "$hosts" = local ]; then
        wait_gone "$1" "$patience" || fail "$1 is still there $patience s after kill -9"
    else
        on "$1" "systemctl stop bookstored@$1"
    fi
}

# quit NAME: SIGTERM, and waits until it has gone.
quit() {
    if [ "$hosts" = local ]; then
        signal_to TERM "$1"
        wait_gone "$1" "$patience" || fail "$1 is still there $patience s after SIGTERM"
    else
        on "$1" "systemctl stop bookstored@$1"
    fi
}

# ended NAME: whether it has ended by itself; systemd would be about to try it again.
ended() {
    if [ "$hosts" = local ]; then [ -z "$(pid_of "$1")" ]; else on "$1" "! systemctl -q is-active bookstored@$1"; fi
}

# stay_down NAME: makes sure of a process that may have ended by itself. systemd tries to start it every second.
stay_down() {
    if [ "$hosts" = local ]; then
        [ -z "$(pid_of "$1")" ] || quit "$1"
    else
        on "$1" "systemctl stop bookstored@$1"
    fi
}

# up NAME: starts it again with what data it has. Does not wait.
up() {
    if [ "$hosts" = local ]; then
        start "${1%-*}" "${1##*-}"
    else
        on "$1" "systemctl reset-failed bookstored@$1 2>/dev/null; systemctl start --no-block bookstored@$1"
    fi
}

# up_without_data NAME: starts it on its empty data directory as a replica that lost its disk (--first-start=0).
up_without_data() {
    if [ "$hosts" = local ]; then
        start "${1%-*}" "${1##*-}" --first-start=0
        return
    fi
    _drop_in=/run/systemd/system/bookstored@$1.service.d
    on "$1" "mkdir -p $_drop_in && printf '[Service]\nEnvironment=BOOKSTORED_FIRST_START=0\n' >$_drop_in/fault.conf &&
        systemctl daemon-reload && timeout 60 systemctl start bookstored@$1; rm -r $_drop_in; systemctl daemon-reload"
}

# wipe NAME: empties the data directory of a process that does not run; through a symbolic link, too.
wipe() {
    _data=$(data_of "$1")
    on "$1" "test -f '$_data/lock' && find '$_data/' -mindepth 1 -delete" || fail "$_data is no data directory"
}

# ask NAME TARGET [CURL_OPTION...]: what the process answers; fails unless it is 2xx.
ask() {
    _name=$1 _target=$2
    shift 2
    curl -fs --max-time 2 ${secret:+-H "@$work/credential"} "$@" "http://$(where "$_name")$_target" 2>/dev/null
}

# leader ROLE: the name of who leads that group now, or nothing.
leader() {
    for one in $(members "$1"); do
        case $(ask "$one" /heartbeat) in *'"leader":true'*) echo "$one" && return ;; esac
    done
}

# wait_leader ROLE: the same, once somebody leads.
wait_leader() {
    _end=$(($(now_ms) + bound * 1000))
    while ! _found=$(leader "$1") || [ -z "$_found" ]; do
        [ "$(now_ms)" -lt $_end ] || fail "no $1 leads"
        sleep 0.05
    done
    echo "$_found"
}

# followers ROLE: the others.
followers() {
    members "$1" | grep -v -x -e "$(leader "$1")" || true
}

ready() {
    ask "$1" /readyz -o /dev/null
}

# cut_link NAME OTHER: what is sent from NAME's host does not arrive at OTHER's, without a word, until mend_link NAME OTHER.
# Here each must live in a network namespace of its own (lib/hosts-here); there it is iptables, which lets go after five
# minutes by itself, should this script not come to mending.
cut_link() {
    if [ "$hosts" = local ]; then
        nsenter --net="$(cat "$run/$1/netns")" ip neighbour replace "$(host_of "$2")" lladdr 02:00:00:00:00:fe nud permanent dev eth0
    elif [ "$(host_of "$1")" != "$(host_of "$2")" ]; then
        _rule="OUTPUT -d $(host_of "$2") -j DROP"
        on "$1" "iptables -w -A $_rule && { setsid sh -c 'sleep 300; iptables -w -D $_rule' >/dev/null 2>&1 </dev/null & }"
    fi
}

mend_link() {
    if [ "$hosts" = local ]; then
        nsenter --net="$(cat "$run/$1/netns")" ip neighbour del "$(host_of "$2")" dev eth0
    elif [ "$(host_of "$1")" != "$(host_of "$2")" ]; then
        on "$1" "iptables -w -D OUTPUT -d $(host_of "$2") -j DROP"
    fi
}
