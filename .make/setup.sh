#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Prepares this checkout. Called by the Makefile; nothing here is needed once it has run.
#
#   setup.sh venv         the pinned packages in .venv (finds Python, brings its own uv)
#   setup.sh postgresql   PostgreSQL's programs for the tests; no server is started
#   setup.sh chromium     the browser that the tests of the pages drive
#   setup.sh scratch      says where tests put what is gone afterwards
#
# As root it installs what is missing. Otherwise it says exactly what to install, and stops.
# Read from the environment: PYTHON (which Python to use), PG_BIN (where initdb and postgres are).
set -eu
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9

say() { printf '%s\n' "$*" >&2; }

is_root() { [ "$(id -u)" -eq 0 ]; }

# need PURPOSE PACKAGE...: install Debian packages, or say which, and stop.
need() {
    purpose=$1
    shift
    if ! command -v apt-get >/dev/null 2>&1; then
        say "tegoed: $purpose is missing, and this is not a Debian-like system."
        say "Install what Debian calls: $*. Then run make again."
        exit 1
    fi
    if ! is_root; then
        say "tegoed: $purpose is missing. Install it with this command, then run make again:"
        say
        say "    sudo apt-get update && sudo apt-get install -y $*"
        say
        exit 1
    fi
    say "Installing $purpose: $*"
    log=$(mktemp)
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } \
        >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        rm -f "$log"
        say "tegoed: apt-get could not install: $*"
        exit 1
    fi
    rm -f "$log"
}

# The path of the interpreter itself (not of a venv or a shim), when it is new enough.
python_at() {
    "$1" -c 'import sys
if sys.version_info < (3, 11):
    sys.exit(1)
print(getattr(sys, "_base_executable", None) or sys.executable)' 2>/dev/null
}

find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3}; do
        if python_at "$name"; then
            return 0
        fi
    done
    return 1
}

# A venv of its own, because Debian's Python has no pip, and refuses to let pip touch the system.
bootstrap_uv() {
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        case $python in
        /usr/bin/*) need "Python's venv module" "$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')" ;;
        *)
            say "tegoed: $python has no venv module (ensurepip). Set PYTHON to a complete Python 3.11 or newer."
            exit 1
            ;;
        esac
    fi
    say "Fetching uv $UV_VERSION into .uv"
    rm -rf .uv
    "$python" -m venv .uv
    .uv/bin/python -m pip install --quiet --no-input --disable-pip-version-check \
        --only-binary :all: "uv==$UV_VERSION"
}

find_uv() {
    if command -v uv >/dev/null 2>&1; then
        uv=uv
        return
    fi
    uv=.uv/bin/uv
    case $($uv --version 2>/dev/null || :) in
    "uv $UV_VERSION" | "uv $UV_VERSION "*) ;;
    *) bootstrap_uv ;;
    esac
}

make_venv() {
    if ! python=$(find_python); then
        if [ -n "${PYTHON:-}" ]; then
            say "tegoed: PYTHON=$PYTHON is not Python 3.11 or newer."
            exit 1
        fi
        need "Python 3.11 or newer" python3
        if ! python=$(find_python); then
            say "tegoed: this system's python3 is older than 3.11. Set PYTHON to a newer one."
            exit 1
        fi
    fi
    find_uv
    say "Installing the pinned packages into .venv (the first time this takes about a minute)"
    UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=.venv \
        env -u VIRTUAL_ENV "$uv" sync --quiet --locked --compile-bytecode --python "$python"
}

# Whether PG_BIN, or a Debian folder of PostgreSQL's programs, holds a server.
has_postgresql() {
    for folder in ${PG_BIN:-/usr/lib/postgresql/*/bin}; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
            return 0
        fi
    done
    return 1
}

# Debian starts a server as soon as its package is installed. The tests start their own, so while
# this package is installed that is switched off; afterwards the machine's settings are as before.
install_postgresql() {
    if [ -n "${PG_BIN:-}" ]; then
        say "tegoed: PG_BIN=$PG_BIN holds no initdb and postgres."
        exit 1
    fi
    if is_root && command -v apt-get >/dev/null 2>&1; then
        quiet=/etc/postgresql-common/createcluster.d/tegoed.conf
        mkdir -p "${quiet%/*}"
        trap 'rm -f "$quiet"' EXIT
        trap 'exit 1' INT TERM
        echo 'create_main_cluster = false' >"$quiet"
    fi
    need "PostgreSQL (for the tests)" postgresql
    if ! has_postgresql; then
        say "tegoed: PostgreSQL was installed, but initdb is not in /usr/lib/postgresql. Set PG_BIN."
        exit 1
    fi
}

# Debian's own: the tests never fetch a browser from anywhere else.
install_chromium() {
    need "Chromium (for the tests)" chromium
    if ! has_chromium; then
        say "tegoed: Chromium was installed, but there is no /usr/bin/chromium."
        exit 1
    fi
}

has_chromium() { [ -x /usr/bin/chromium ]; }

# Databases are made and dropped for every test: in memory where it has room, three to ten times as fast.
scratch() {
    free_kb=$(df -Pk /dev/shm 2>/dev/null | awk '$1 == "tmpfs" { print $4 }')
    if [ "${free_kb:-0}" -gt 4000000 ] && [ -w /dev/shm ]; then
        echo /dev/shm
    else
        echo "${TMPDIR:-/tmp}"
    fi
}

case ${1:-} in
venv) make_venv ;;
postgresql) has_postgresql || install_postgresql ;;
chromium) has_chromium || install_chromium ;;
scratch) scratch ;;
*)
    say "usage: setup.sh venv | postgresql | chromium | scratch"
    exit 2
    ;;
esac
