#!/usr/bin/env bash
# install.sh [--optional] PACKAGE…: installs the Debian packages that are missing, as root; else says how.
# With --optional, missing packages that cannot be installed are no fault.
set -euo pipefail

optional=false
if [ "${1:-}" = --optional ]; then
    optional=true
    shift
fi

missing=()
if command -v dpkg-query >/dev/null; then
    for package in "$@"; do
        # Debian has several packages that provide an nginx or a netcat; any version of the named one counts.
        [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || exit 0
else
    echo "This is no Debian: what is needed are the equivalents of these packages: $*" >&2
    exit 0
fi

install=(apt-get install --yes --quiet --no-install-recommends "${missing[@]}")
if [ "$(id -u)" -eq 0 ]; then
    echo "Installing ${missing[*]}"
    # Servers are wanted as programs, not as services of this machine.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update --quiet >/dev/null && "${install[@]}" >/dev/null; then
        exit 0
    fi
    echo "These packages could not be installed: ${missing[*]}" >&2
elif ! $optional; then
    echo "Missing packages; install them with:" >&2
    echo "    sudo apt-get update && sudo ${install[*]}" >&2
fi
$optional
