#!/usr/bin/env bash
# A throw-away Postgres for the tests: one folder, a free port of 127.0.0.1, no care for a power cut.
#   ci/postgres.sh find         prints the folder of the server's binaries; fails if there is none
#   ci/postgres.sh start DIR    starts one in the empty folder DIR, prints the URL of its superuser
#   ci/postgres.sh stop DIR     stops it and removes DIR
set -euo pipefail

# The initdb of the PATH goes first: it is the caller's choice. Else the newest that Debian has.
find_binaries() {
  local initdb
  initdb=$(command -v initdb || printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
  initdb=$(readlink -f "$initdb") && [[ -x $initdb ]] || return 1
  dirname "$initdb"
}

# Postgres refuses to run as root.
as_server() {
  if [[ $(id -u) != 0 ]]; then
    "$@"
  elif id -u postgres >/dev/null 2>&1; then
    (cd / && runuser -u postgres -- "$@")
  else
    (cd / && runuser -u nobody -- "$@")
  fi
}

create() { # DIR BINARIES PASSWORD
  local dir=$1 binaries=$2 password=$3
  [[ $(id -u) != 0 ]] || chown "$(as_server id -u)" "$dir"
  (umask 077 && printf '%s\n' "$password" | as_server tee "$dir/password" >/dev/null)
  as_server "$binaries/initdb" --pgdata="$dir/data" --username=foyer --pwfile="$dir/password" \
    --auth=scram-sha-256 --encoding=UTF8 --no-locale --no-sync >/dev/null
  as_server rm "$dir/password"
  as_server tee -a "$dir/data/postgresql.conf" >/dev/null <<'CONF'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
shared_buffers = 256MB
fsync = off
full_page_writes = off
CONF
}

# A port is taken by trying, so that nobody can slip in between a check and the start.
start() { # DIR
  local dir=$1 binaries password port attempt
  binaries=$(find_binaries)
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  create "$dir" "$binaries" "$password"
  for ((attempt = 0; attempt < 20; attempt++)); do
    port=$((20000 + RANDOM % 12000))
    if as_server "$binaries/pg_ctl" start --pgdata="$dir/data" --log="$dir/log" --wait --timeout=60 \
      --options="-p $port" </dev/null >/dev/null 2>&1; then
      printf 'postgres://foyer:%s@127.0.0.1:%d/postgres?sslmode=disable\n' "$password" "$port"
      return
    fi
    as_server grep -q 'Address already in use' "$dir/log" || break
    as_server rm "$dir/log"
  done
  as_server cat "$dir/log" >&2
  return 1
}

stop() { # DIR
  local dir=$1
  if [[ -e $dir/data/postmaster.pid ]]; then
    as_server "$(find_binaries)/pg_ctl" stop --pgdata="$dir/data" --mode=immediate --silent || true
  fi
  rm -rf -- "$dir"
}

case "${1:-} $#" in
"find 1") find_binaries ;;
"start 2") start "$2" ;;
"stop 2") stop "$2" ;;
*)
  sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
  ;;
esac
