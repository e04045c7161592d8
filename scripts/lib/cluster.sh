# shellcheck shell=sh
# What the scripts share: where a local cluster lives and how its processes are started and found.
#
# A local cluster is a folder ($SHOP_RUN, default run/ in the checkout) that holds `cluster.conf`, a copy of
# its configuration file, and for each process <role>-<id>/ with `data/`, `log` and `pid`.

# Scripts in a folder below scripts/ say where the checkout is: SHOP_TOP.
top=${SHOP_TOP:-$(cd "$(dirname "$0")/.." && pwd)}
run=${SHOP_RUN:-$top/run}
bin=${SHOP_BIN:-$top/build/release}
# When a script gives up waiting for a process to start or to end, in seconds: far more than a busy machine takes.
patience=120
export top run bin patience

fail() {
    echo "${0##*/}: $*" >&2
    exit 1
}

usage() {
    echo "usage: $*" >&2
    exit 2
}

# replicas FILE: "role id host:port" for each process of the cluster, in the file's order.
replicas() {
    awk '
        { sub(/#.*/, "") }
        /^[ \t]*\[/ { gsub(/[][ \t]/, ""); role = $0; next }
        /^[ \t]*replica[ \t]*=/ && (role == "catalog" || role == "order" || role == "frontend") {
            sub(/^[^=]*=/, ""); gsub(/[ \t\r]/, "")
            for (i = 1; i <= split($0, several, ","); i++) print role, n[role]++, several[i]
        }' "$1"
}

need_cluster() {
    [ -f "$run/cluster.conf" ] || fail "no local cluster in $run; start one: scripts/run-local etc/pygmy.conf"
}

# address ROLE ID: where that process listens.
address() {
    replicas "$run/cluster.conf" | awk -v role="$1" -v id="$2" '$1 == role && $2 == id { print $3 }'
}

frontends() {
    replicas "$run/cluster.conf" | awk '$1 == "frontend" { printf "%s%s", sep, $3; sep = "," }'
}

# pid_of NAME: the pid of a running process of this cluster, or nothing.
pid_of() {
    [ -f "$run/$1/pid" ] || return 0
    pid=$(cat "$run/$1/pid")
    # A pid is reused in time: it is ours only while it is a bookstored, and not a dead one (Z) unburied by its parent.
    case $(cut -d' ' -f2,3 "/proc/$pid/stat" 2>/dev/null) in
    "(bookstored) "[!ZX]) echo "$pid" ;;
    esac
}

# wait_gone NAME SECONDS: until that process has ended; 1 when it does not in time.
wait_gone() {
    tries=$(($2 * 20))
    while [ -n "$(pid_of "$1")" ]; do
        [ $tries -gt 0 ] || return 1
        sleep 0.05
        tries=$((tries - 1))
    done
}

# start ROLE ID [ARGUMENT...]: starts one process in the background.
start() {
    name=$1-$2
    [ -z "$(pid_of "$name")" ] || fail "$name is running already (pid $(pid_of "$name"))"
    mkdir -p "$run/$name"
    role=$1 id=$2
    shift 2
    set -- "$bin/bookstored" --role="$role" --id="$id" --config="$run/cluster.conf" --data-dir="$run/$name/data" "$@"
    [ ! -f "$run/$name/netns" ] || set -- nsenter --net="$(cat "$run/$name/netns")" "$@"
    setsid "$@" >>"$run/$name/log" 2>&1 </dev/null &
    echo $! >"$run/$name/pid"
}

# wait_ready ROLE ID SECONDS: until the process says that it can serve; 1 when it does not in time.
wait_ready() {
    where=$(address "$1" "$2")
    tries=$(($3 * 20))
    while [ $tries -gt 0 ]; do
        curl -fs -o /dev/null --max-time 1 "http://$where/readyz" 2>/dev/null && return 0
        [ -n "$(pid_of "$1-$2")" ] || return 1
        sleep 0.05
        tries=$((tries - 1))
    done
    return 1
}
