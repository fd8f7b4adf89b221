#!/usr/bin/env bash
# Make .venv from requirements.lock, on a machine that has only git, make and a Python 3 (CONTRIBUTING.md).
#
#   (1) find uv, or put the pinned one into .tools
#   (2) find a Python that is new enough, or say what to do
#   (3) install exactly what the lock names, wheels only, every one checked against its hash
#   (4) put this package itself in place, with nothing fetched
#
# Indexes and certificates come from the environment (UV_*, PIP_*, pip.conf); no address is written in this repository.
set -euo pipefail
cd "$(dirname "$0")/.."

NEEDED=3.12
PREFERRED=3.13
VENV=.venv
say() { printf '%s\n' "$*" >&2; }
stop() { say "set-up: $1"; exit 1; }

# pip's own settings reach further than uv's: uv reads no PIP_ variable. What stands for both is handed over, so that
# a machine behind a mirror needs one setting, not two.
if [ -n "${PIP_CERT:-}" ] && [ -z "${SSL_CERT_FILE:-}" ]; then export SSL_CERT_FILE="$PIP_CERT"; fi
if [ -n "${PIP_INDEX_URL:-}" ] && [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
    export UV_DEFAULT_INDEX="$PIP_INDEX_URL"
fi

# (1)
find_uv() {
    if command -v uv >/dev/null 2>&1; then UV=$(command -v uv); return; fi
    UV=.tools/bin/uv
    if [ -x $UV ] && $UV --version >/dev/null 2>&1; then return; fi
    command -v python3 >/dev/null 2>&1 || stop "there is no python3 on PATH. Install one (apt install python3 python3-venv; brew install python) and run make again."
    say "set-up: fetching uv into .tools"
    if python3 -m venv --clear .tools >/dev/null 2>&1; then
        .tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r tools/uv.lock \
            || stop "uv could not be fetched from the package index. Check the network, or the mirror that PIP_INDEX_URL names."
    else
        # Debian keeps ensurepip in a package of its own; pip alone is enough.
        python3 -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --target .tools -r tools/uv.lock \
            || stop "python3 has neither venv nor pip. Install them (apt install python3-venv python3-pip) or install uv, and run make again."
    fi
    [ -x $UV ] || stop "pip reported success, but there is no $UV; remove .tools and run make again."
}

# (2)
fresh_enough() { [ -x "$1" ] && "$1" -c "import sys; sys.exit(sys.version_info < (${NEEDED/./, }))" >/dev/null 2>&1; }
make_venv() {
    if fresh_enough $VENV/bin/python; then return; fi
    # uv does not look into pyenv's folders. They go to the END of PATH, so that nothing else is overshadowed.
    local folder
    for folder in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin; do
        if [ -d "$folder" ]; then PATH="$PATH:$folder"; fi
    done
    export PATH
    if [ -n "${UV_PYTHON:-}" ]; then
        "$UV" venv --quiet --clear $VENV || stop "UV_PYTHON names no usable Python: \`$UV_PYTHON\`."
        fresh_enough $VENV/bin/python || stop "UV_PYTHON must name Python $NEEDED or later, and \`$UV_PYTHON\` is older."
        return
    fi
    local wanted
    for wanted in "$PREFERRED" ">=$NEEDED"; do
        if UV_PYTHON_DOWNLOADS=never "$UV" venv --quiet --clear --python "$wanted" $VENV 2>/dev/null; then return; fi
    done
    if [ "${UV_PYTHON_DOWNLOADS:-}" != never ]; then
        say "set-up: no Python $NEEDED or later found; trying uv's own download"
        if UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-60} "$UV" venv --quiet --clear --python "$PREFERRED" $VENV 2>/dev/null; then return; fi
    fi
    rm -rf $VENV
    say "set-up: Comity needs Python $NEEDED or later, and none was found on PATH, in pyenv or by uv's own download. One of these helps:"
    say "  Debian, Ubuntu   apt install python$PREFERRED python$PREFERRED-venv      (or python$NEEDED)"
    say "  macOS            brew install python@$PREFERRED"
    say "  any              pyenv install $PREFERRED"
    say "  one elsewhere    UV_PYTHON=/path/to/python$PREFERRED make setup"
    exit 1
}

# (3)
install_locked() {
    local sync=("$UV" pip sync --python $VENV/bin/python --require-hashes --only-binary :all: --quiet)
    if "${sync[@]}" requirements.lock; then return; fi
    say "set-up: uv could not install the lock; trying pip, which also reads pip.conf"
    local pip
    # The new environment's own pip fits its Python; a pip from elsewhere may be too old to run under it.
    if $VENV/bin/python -m ensurepip >/dev/null 2>&1; then
        pip=($VENV/bin/python -m pip)
    elif .tools/bin/python -m pip --version >/dev/null 2>&1; then
        pip=(.tools/bin/python -m pip --python $VENV/bin/python)
    elif python3 -m pip --version >/dev/null 2>&1; then
        pip=(python3 -m pip --python $VENV/bin/python)
    else
        stop "the packages of requirements.lock could not be fetched; check the network or the mirror that UV_DEFAULT_INDEX names."
    fi
    "${pip[@]}" install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r requirements.lock \
        || stop "the packages of requirements.lock could not be fetched; check the network or the mirror that PIP_INDEX_URL names."
}

# (4) hatchling and editables are in the lock, so that building this package fetches nothing.
install_comity() {
    "$UV" pip install --python $VENV/bin/python --quiet --no-deps --no-index --no-build-isolation --editable .
}

find_uv
make_venv
install_locked
install_comity
say "set-up: ready, $($VENV/bin/python --version) in $VENV"
