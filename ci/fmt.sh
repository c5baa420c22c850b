#!/usr/bin/env bash
# Formats the Go files in place: gofumpt, and the order of imports.
set -euo pipefail
exec bash "$(dirname "${BASH_SOURCE[0]}")/golangci.sh" fmt
