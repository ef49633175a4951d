#!/bin/sh
# tests/crash/run.sh -- what a crash may not do.  Prints `N passed, N failed`.
#   CRASH_ROUNDS=50   power cuts and kills
#   CRASH_PORT=18210  two ports from here on for PostgreSQL
#   CRASH="power kill disk clock failover"  only some of them
set -u
cd "$(dirname "$0")/../.."
B="${B:-build}"
ROUNDS="${CRASH_ROUNDS:-50}"
dir=$(mktemp -d "${TMPDIR:-/tmp}/prilavok-crash.XXXXXX")
chmod 711 "$dir"
export CRASH_DIR="$dir"
trap 'tests/crash/failover.sh stop "$dir"; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM

PKGS="sqlite3 libpq libmicrohttpd libcurl libxml-2.0 libzip libsodium libqrencode xlsxwriter zlib"
make -s "$B/libprilavok.a" || exit 1
# shellcheck disable=SC2046,SC2086
${CC:-gcc} -std=gnu17 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -Wno-missing-field-initializers -Isrc -Itests/crash ${SAN:-} \
    tests/crash/crash.c tests/crash/orders.c tests/crash/power_vfs.c "$B/libprilavok.a" \
    $(pkg-config --cflags --libs $PKGS) -lstemmer -ljansson -lm -lpthread -o "$dir/crash" || exit 1

log="$dir/log"
run() { timeout 400 "$dir/crash" "$@" >> "$log" 2>&1 || echo "# crash $* ended with $?" >> "$log"; }
for suite in ${CRASH:-power kill disk clock failover}; do
    mkdir -p "$dir/$suite"
    case $suite in
    power)
        run power "$dir/power" "$ROUNDS" full
        run power "$dir/power" 10 normal ;;
    kill) run kill "$dir/kill" "$ROUNDS" ;;
    disk) run disk "$dir/disk" ;;
    clock) run clock "$dir/clock" ;;
    failover) tests/crash/failover.sh run "$dir" >> "$log" 2>&1 || echo "not ok the fail-over could be played" >> "$log" ;;
    esac
done
cat "$log"
passed=$(grep -c '^ok ' "$log")
failed=$(grep -c '^not ok ' "$log")
died=$(grep -c '^# crash .* ended with \(1[2-9][0-9]\|2\)$' "$log")
failed=$((failed + died))
[ "$passed" -gt 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
