#!/bin/sh
# Install the Debian packages of a list that are missing; say in one line what is missing where that is not possible.
# Usage: install-debian-packages.sh LIST
# LIST: one package a line, "#" starts a comment; COMMAND:PACKAGE names a package needed only where there is no COMMAND.
set -eu
list=$1
command -v dpkg-query >/dev/null 2>&1 || { echo "Not a Debian system: install what $list names, then go on."; exit 0; }
missing=""
for entry in $(sed 's/#.*//' "$list"); do
    package=${entry#*:}
    if [ "$entry" != "$package" ] && command -v "${entry%%:*}" >/dev/null 2>&1; then continue; fi
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo"
else
    echo "Debian packages are missing; as root, run: apt-get install --no-install-recommends$missing" >&2
    exit 1
fi
echo "== Debian packages:$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing </dev/null
