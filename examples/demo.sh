#!/usr/bin/env bash
# The demo: the platform in miniature, probed while all is well, then with one thing broken.
#
# In a private network namespace, with the platform's own addresses and the shipped policy; where the kernel
# gives none, on loopback with policies/demo.yaml. It exits with 0 only if both runs ended as they should.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=${REACHGATE_DEMO_PROGRAMS:-target/debug}
work=
servers=()
failures=0

say() {
    if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n%s\n' "$*"; fi
}

serve() { # NAME COMMAND…: starts a stand-in and waits until it listens; what it says goes to NAME.log
    local name=$1 _
    shift
    : >"$work/$name.log"
    "$@" >"$work/$name.log" 2>&1 &
    servers+=("$!")
    for _ in {1..200}; do
        grep -q listening "$work/$name.log" && return
        sleep 0.02
    done
    echo "demo: $name does not listen; it said:" >&2
    cat "$work/$name.log" >&2
    exit 1
}

stop_servers() {
    [ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null || true
    [ -z "$work" ] || rm -rf "$work"
}

expect() { # EXIT COMMAND…
    local wanted=$1 got=0
    shift
    "$@" || got=$?
    if [ "$got" -ne "$wanted" ]; then
        echo "demo: exit $got, where $wanted was to come" >&2
        failures=$((failures + 1))
    else
        echo "→ exit $got, as it should be"
    fi
}

finish() {
    if [ "$failures" -eq 0 ]; then
        say "The demo went as it should: pass, then fail with the reason."
    else
        say "The demo did not go as it should."
        exit 1
    fi
}

# This process's namespace is the dev server's and the name server's; the pod gets one of its own.
in_namespaces() {
    mount -t tmpfs tmpfs /run
    mkdir -p /run/netns /run/demo
    work=/run/demo
    trap stop_servers EXIT
    ip link set lo up
    ip netns add pod
    ip link add pod type veth peer name eth0 netns pod
    ip address add 10.1.20.15/32 dev lo
    ip address add 10.1.0.2/32 dev lo
    ip address add 10.1.34.1/24 dev pod
    ip link set pod up
    ip -n pod link set lo up
    ip -n pod address add 10.1.34.23/24 dev eth0
    ip -n pod link set eth0 up
    ip -n pod route add default via 10.1.34.1

    serve ssh "$programs/examples/ssh_greeter" --listen 10.1.20.15:22
    serve tls "$programs/examples/tls_server" --listen 10.1.20.15:443 --name dev.cwiq.io
    serve dns "$programs/examples/dns_server" --listen 10.1.0.2:53 \
        --host kubernetes.default.svc.cluster.local=10.100.0.1 --host dev.cwiq.io=10.1.20.15

    say "All is well: a pod at 10.1.34.23 and the dev server at 10.1.20.15"
    expect 0 probe_in_pod

    if command -v nft >/dev/null && drop_https; then
        say "The same, after the security group lost its rule for 443"
    else
        kill "${servers[1]}"
        say "The same, after the web server on the dev server was stopped"
    fi
    expect 1 probe_in_pod
    finish
}

drop_https() {
    nft -f - <<'RULES'
table inet security_group {
    chain input { type filter hook input priority 0; ip daddr 10.1.20.15 tcp dport 443 drop; }
}
RULES
}

probe_in_pod() {
    printf 'search cluster.local\nnameserver 10.1.0.2\noptions ndots:5\n' >/run/demo/resolv.conf
    printf '127.0.0.1 localhost\n' >/run/demo/hosts
    # shellcheck disable=SC2016 # expanded by the inner shell
    nsenter --net=/run/netns/pod -- unshare --mount -- sh -euc '
        for name in resolv.conf hosts; do
            target=$(readlink -m "/etc/$name")
            [ -e "$target" ] || { mkdir -p "${target%/*}"; : >"$target"; }
            mount --bind "/run/demo/$name" "$target"
        done
        unset HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy
        export DEV_SERVER_IP=10.1.20.15 CI_RUNNER_ID=19 KUBERNETES_SERVICE_HOST=10.100.0.1
        echo "\$ DEV_SERVER_IP=$DEV_SERVER_IP reachgate probe"
        exec "$@"' demo "$programs/reachgate" probe
}

on_loopback() {
    echo "No private network namespace is to be had here (root, or user namespaces and iproute2, would give one):"
    echo "the demo runs on loopback, with policies/demo.yaml."
    work=$(mktemp -d)
    trap stop_servers EXIT
    serve ssh "$programs/examples/ssh_greeter" --listen 127.0.20.15:2222
    serve tls "$programs/examples/tls_server" --listen 127.0.20.15:8443 --name dev.cwiq.io
    # Without --skip dns it would ask Tailscale's resolver, and the demo's packets stay on loopback.
    local probe=(env DEV_SERVER_IP=127.0.20.15 CI_RUNNER_ID=19 KUBERNETES_SERVICE_HOST=127.0.0.1
        "$programs/reachgate" probe --policy policies/demo.yaml --skip dns)
    say "All is well"
    expect 0 "${probe[@]}"
    kill "${servers[1]}"
    say "The same, after the web server was stopped"
    expect 1 "${probe[@]}"
    finish
}

case ${1:-} in
--inside) in_namespaces ;;
--loopback) on_loopback ;;
*)
    identity=(--user --map-root-user)
    [ "$(id -u)" -ne 0 ] || identity=()
    world=(unshare "${identity[@]}" --net --mount --pid --fork --kill-child --mount-proc)
    # Asked first, so that the demo's own failures are never taken for a missing namespace.
    if command -v ip >/dev/null && "${world[@]}" sh -c 'mount -t tmpfs tmpfs /run && mkdir /run/netns && ip netns add trial &&
            ip link add near type veth peer name far netns trial' >/dev/null 2>&1; then
        exec "${world[@]}" "$0" --inside
    fi
    on_loopback
    ;;
esac
