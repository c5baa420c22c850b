#!/usr/bin/env bash
# The test command of the README: style, vet, build, and every test, on SQLite and on Postgres.
#   bash ci/test.sh [packages]    packages in the words of `go test`; all of them when none is named
# Needs Go and Node; as root on Debian it installs the rest (ci/install.sh). Postgres is a throw-away
# one, unless FOYER_TEST_POSTGRES=postgres://... names another, whose user may create databases. The
# browser is Debian's chromium, unless FOYER_TEST_CHROMIUM names another.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

step() { printf '\n== %s\n' "$*"; }

# With this a test that lacks a tool fails; without it, it would say so and skip.
export CI=true

step "what the tests need"
bash ci/install.sh
bash ci/npm.sh

step "gofmt, vet, build"
unformatted=$(find . -name '*.go' -not -path '*/node_modules/*' -print0 | xargs -0 gofmt -l)
if [[ -n $unformatted ]]; then
  printf 'gofmt would change these files, run make fmt:\n%s\n' "$unformatted" >&2
  exit 1
fi
# Without cgo both times: vet then leaves in the cache what build links.
CGO_ENABLED=0 go vet ./...
CGO_ENABLED=0 go build -o e2e/.build/foyer ./cmd/foyer

if [[ -z ${FOYER_TEST_POSTGRES:-} ]]; then
  step "a throw-away Postgres"
  # In /tmp and not in TMPDIR: the server may run as another user, who must be able to get there.
  cluster=$(mktemp -d /tmp/foyer-postgres.XXXXXX)
  trap 'bash ci/postgres.sh stop "$cluster"' EXIT
  FOYER_TEST_POSTGRES=$(bash ci/postgres.sh start "$cluster")
  export FOYER_TEST_POSTGRES
  # For pg_dump and pg_restore, where only the server's own folder has them.
  PATH="$PATH:$(bash ci/postgres.sh find)"
fi

# Vetted above. The race detector needs cgo, whatever the caller's environment says. It does not look into what is SQLite's own, C in Go's
# words, which it would slow down fourfold: most of a test's time. Only that package: one with generics of sync would take its eyes off others.
race() { CGO_ENABLED=1 go test -race -gcflags='modernc.org/sqlite/lib=-race=false -d=checkptr=0' -shuffle=on -vet=off -timeout=20m "$@"; }

step "go test"
if (($#)); then
  race "$@"
  exit
fi
# Pictures and sound go by the clock: beside other tests their clients, which the race detector slows down, fall behind on a small machine.
# Some are too many for it on any, and are skipped with it.
mapfile -t others < <(go list ./... | grep -v '/media/sfu$')
race "${others[@]}"
step "media in real time"
race ./media/sfu
FOYER_TEST_SOAK=1 CGO_ENABLED=0 go test -vet=off -timeout=20m ./media/sfu # peers come and go for five minutes
