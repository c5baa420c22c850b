#!/usr/bin/env bash
# The long versions of the chaos tests: 200 kills of the server during 20,000 joins, a minute of cut connections among 20 peers, and a
# database that goes away; then the model of the hub, many times over. Minutes each: they are not part of `make test`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export CI=true FOYER_TEST_SOAK=1
bash ci/install.sh
CGO_ENABLED=0 go build -o e2e/.build/foyer ./cmd/foyer
# One after the other: each keeps a small machine busy by itself.
CGO_ENABLED=1 go test -race -count=1 -timeout=30m -parallel=1 -v -run='^(TestKillsDuringJoins|TestCutConnections|TestDatabaseAway)$' ./e2e
CGO_ENABLED=1 go test -race -count=20 -timeout=30m -run='^TestManyAtOnce$' ./hub
CGO_ENABLED=0 go test -count=1 -timeout=30m -run='^TestDialectsCanBeRemoved$' ./cmd/foyer
go test -count=1 -timeout=30m -run='^TestModel$' ./hub -rapid.checks=20000 -rapid.steps=60
