#!/usr/bin/env bash
# Resolve pyproject.toml into requirements.lock, and refuse a result that names a host.
set -euo pipefail
cd "$(dirname "$0")/.."
if command -v uv >/dev/null 2>&1; then UV=uv; else UV=.tools/bin/uv; fi

$UV pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.12 \
    --extra postgres --group dev "$@" pyproject.toml -o requirements.lock --quiet
if grep -nE '://|--(index|extra-index|find-links|trusted-host)' requirements.lock; then
    echo "lock: these lines name a host, which would bind every machine to it" >&2
    exit 1
fi
echo "lock: $(grep -cE '^[a-z0-9]' requirements.lock) packages, each with its hashes"
