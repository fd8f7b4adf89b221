#!/usr/bin/env bash
# What a machine can judge without running the program; each step is named, and all run even where one fails.
set -u
cd "$(dirname "$0")/.."
BIN=.venv/bin
failed=()

step() {
    local name=$1 out
    shift
    if out=$("$@" 2>&1); then
        printf '  %-14s held\n' "$name"
    else
        printf '  %-14s FAILED\n%s\n' "$name" "$out"
        failed+=("$name")
    fi
}

step lint $BIN/ruff check --quiet .
step format $BIN/ruff format --check --quiet .
step types $BIN/mypy --no-error-summary
step layers env PYTHONPATH=src $BIN/lint-imports
if [ -f tools/messages.py ]; then step translations $BIN/python tools/messages.py check; fi
step documents $BIN/python tools/check_docs.py
step house $BIN/python -m pytest -q tests/house

if [ ${#failed[@]} -gt 0 ]; then
    echo "make check: failed in ${failed[*]}."
    exit 1
fi
echo "make check: everything held."
