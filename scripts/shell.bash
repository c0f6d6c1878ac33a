# What the scripts of this folder share; sourced by them from the top of the checkout.
# shellcheck shell=bash

readonly LOCAL=.local
readonly VENV=$LOCAL/venv
# A toolchain that scripts/bootstrap has fetched, where the system has none.
if [[ -x $LOCAL/swift/usr/bin/swift ]]; then PATH=$PATH:$PWD/$LOCAL/swift/usr/bin; fi

# Prints what happens now.
say() { printf '==> %s\n' "$*"; }

# Prints what went wrong and ends the script. sysexits(3): 69 unavailable, 78 configuration.
die() {
    printf '%s: %s\n' "$(basename "$0")" "$2" >&2
    exit "$1"
}

# Runs a command as root: at once, or through sudo.
as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die 69 "neither root nor sudo; run as root: $*"
    fi
}

# apt_install PACKAGE…: installs Debian's packages, quietly.
apt_install() {
    say "Installing packages: $*"
    local install=(as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@")
    # An old package list names versions that are gone; it is renewed only when it does not serve.
    "${install[@]}" >"$LOCAL/apt.log" 2>&1 ||
        { as_root apt-get update -qq && "${install[@]}"; } >"$LOCAL/apt.log" 2>&1 ||
        die 69 "apt-get could not install $*; $LOCAL/apt.log says why"
}

# install_python FILE [FOLDER]: the pinned packages of FILE are in the environment FOLDER, by default that of the scripts;
# a copy of FILE marks that they are.
install_python() {
    local folder=${2:-$VENV} stamp
    stamp=$folder/$(basename "$1")
    cmp -s "$1" "$stamp" && return
    say "Installing Python packages of $1 into $folder"
    [[ -x $folder/bin/pip ]] || python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$1" ||
        die 69 "pip could not install $1"
    cp "$1" "$stamp"
}

# setting NAME: its value from the environment or from .env, empty when set in neither.
setting() {
    if [[ -n ${!1:-} ]]; then
        printf '%s' "${!1}"
    elif [[ -r .env ]]; then
        sed -nE "s/^[[:space:]]*(export[[:space:]]+)?$1[[:space:]]*=[[:space:]]*//p" .env | tail -n 1 |
            sed -E "s/^\"([^\"]*)\".*/\1/; t; s/^'([^']*)'.*/\1/; t; s/[[:space:]]+#.*//; s/[[:space:]]+\$//"
    fi
}

# free_port FIRST: the first port from FIRST on that nobody listens on.
free_port() {
    "$VENV/bin/python" - "$1" <<'PYTHON'
import socket, sys

for port in range(int(sys.argv[1]), 65536):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
    print(port)
    break
else:
    sys.exit("no free port")
PYTHON
}

# await_url URL PID SECONDS: true once URL answers 2xx; false when PID ends or time is up.
await_url() {
    local deadline=$((SECONDS + $3))
    until curl --silent --fail --max-time 2 --output /dev/null "$1"; do
        if ! kill -0 "$2" 2>/dev/null || ((SECONDS >= deadline)); then return 1; fi
        sleep 0.05
    done
}

children=()

# start COMMAND…: runs it in the background in a session of its own, so that Ctrl-C reaches it through stop_children
# alone and in order; the kernel ends it when this shell is killed. Its process id is in $started.
start() {
    setsid setpriv --pdeathsig TERM "$@" </dev/null &
    started=$!
    children+=("$started")
}

# Ends what was started, the newest first, each given 30 s to finish its work.
stop_children() {
    local index pid deadline
    for ((index = ${#children[@]} - 1; index >= 0; index--)); do
        pid=${children[index]}
        kill -TERM "$pid" 2>/dev/null || continue
        deadline=$((SECONDS + 30))
        while kill -0 "$pid" 2>/dev/null && ((SECONDS < deadline)); do sleep 0.05; done
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    children=()
}

# release VARIABLE PRODUCT: puts the optimised program's path into the variable; builds it unless the caller has set one.
release() {
    [[ -z ${!1:-} ]] || return 0
    say "Building $2 (release)"
    swift build --quiet --configuration release --scratch-path .build-release --product "$2"
    declare -gx "$1=$PWD/.build-release/release/$2"
}
