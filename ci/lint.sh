#!/usr/bin/env bash
# The linters, and with depguard the law of who may import whom: .golangci.yml has the reasons.
set -euo pipefail
exec bash "$(dirname "${BASH_SOURCE[0]}")/golangci.sh" run
