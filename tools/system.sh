#!/usr/bin/env bash
# Install through apt what the tests drive but no Python package holds: a browser and strace. Never fails: where it
# cannot install, it says so in one sentence, and the tests that need the program are skipped with that reason.
set -u

missing=()
if [ -z "${COMITY_CHROMIUM:-}" ] && ! command -v chromium >/dev/null 2>&1 && ! command -v chromium-browser >/dev/null 2>&1; then
    missing+=(chromium)
fi
command -v strace >/dev/null 2>&1 || missing+=(strace)
[ ${#missing[@]} -gt 0 ] || exit 0

advice="Install ${missing[*]} (for example: sudo apt install ${missing[*]}) to run the tests that need it; they are skipped now."
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "$advice" >&2
    exit 0
fi
echo "installing ${missing[*]} through apt" >&2
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
# One package at a time: a browser that this system does not offer must not keep strace away.
for package in "${missing[@]}"; do
    apt-get install -y -q --no-install-recommends "$package" >"$log" 2>&1 && continue
    { apt-get update -q && apt-get install -y -q --no-install-recommends "$package"; } >"$log" 2>&1 && continue
    tail -n 3 "$log" >&2
    echo "apt could not install $package. $advice" >&2
done
rm -f "$log"
exit 0
