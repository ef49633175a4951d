#!/bin/sh
# tests/crash/failover.sh run|stop DIR -- a primary with a synchronous standby; the
# primary is killed under load and the standby promoted, while the shop goes on
# through one connection string that names both.
set -eu
what=$1
dir=$2
pg=$dir/pg
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
port=${CRASH_PORT:-18210}
other=$((port + 1))
url="host=127.0.0.1,127.0.0.1 port=$port,$other user=postgres dbname=postgres target_session_attrs=read-write connect_timeout=2 tcp_user_timeout=3000"

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then su postgres -s /bin/sh -c "$*"; else sh -c "$*"; fi
}

stop() {
    for d in "$pg/one" "$pg/two"; do
        [ -f "$d/postmaster.pid" ] || continue
        as_postgres "$bin/pg_ctl -D $d -m immediate -w stop" > /dev/null 2>&1 || true
    done
}

settings() { # directory, port
    printf '%s\n' "port = $2" "listen_addresses = '127.0.0.1'" "unix_socket_directories = '$pg'" \
        "shared_buffers = 64MB" "max_connections = 40" "wal_level = replica" "hot_standby = on" \
        "synchronous_commit = on" "fsync = on" >> "$1/postgresql.conf"
}

make_pair() {
    mkdir -p "$pg"
    [ "$(id -u)" -ne 0 ] || chown postgres "$pg"
    as_postgres "$bin/initdb -D $pg/one -A trust -U postgres -E UTF8 --locale=C.UTF-8 -N" > "$dir/initdb.log"
    settings "$pg/one" "$port"
    as_postgres "$bin/pg_ctl -D $pg/one -l $pg/one.log -w start" > /dev/null
    as_postgres "$bin/pg_basebackup -h 127.0.0.1 -p $port -U postgres -D $pg/two -R -X stream -c fast"
    settings "$pg/two" "$other"
    as_postgres "$bin/pg_ctl -D $pg/two -l $pg/two.log -w start" > /dev/null
    echo "synchronous_standby_names = '*'" >> "$pg/one/postgresql.conf"
    as_postgres "$bin/pg_ctl -D $pg/one reload" > /dev/null
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        state=$(as_postgres "$bin/psql -h 127.0.0.1 -p $port -U postgres -Atc \"SELECT sync_state FROM pg_stat_replication\"")
        [ "$state" != sync ] || return 0
        sleep 0.3
    done
    return 1
}

# The whole server at once: nobody is left to finish anything.
kill_primary() {
    leader=$(head -1 "$pg/one/postmaster.pid")
    children=$(ps -o pid= --ppid "$leader")
    # shellcheck disable=SC2086
    kill -9 "$leader" $children
    rm -f "$pg/one/postmaster.pid"
}

case $what in
stop) stop ;;
run)
    trap stop EXIT
    make_pair
    # The walreceiver is the standby's end of the line.
    receiver=$(ps -o pid=,args= --ppid "$(head -1 "$pg/two/postmaster.pid")" | awk '/walreceiver/ { print $1 }')
    timeout 60 "$dir/crash" doubt "$url" "$dir/notes" "$receiver" || true
    timeout 60 "$dir/crash" load "$url" "$dir/notes" 8 &
    load=$!
    sleep 3
    kill_primary
    sleep 0.5
    as_postgres "$bin/pg_ctl -D $pg/two -w promote" > /dev/null
    wait "$load" || true
    timeout 60 "$dir/crash" books "$url" "$dir/notes" || true
    ;;
esac
