#!/usr/bin/env bash
# Makes sure that the tests' tools are here: installs Debian's packages as root, else names them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

have() { command -v "$1" >/dev/null; }

lacking=()
read -r compiler _ <<<"$(go env CC)"
have "$compiler" || lacking+=(gcc libc6-dev) # the race detector links with it
have npm || lacking+=(nodejs npm)
have "${FOYER_TEST_CHROMIUM:-chromium}" || lacking+=(chromium) # the browser of the end-to-end tests
have ip || lacking+=(iproute2) # a network whose address is replaced under a call
have curl || lacking+=(curl) # the first start prints curl lines, and a test runs them
if ! bash ci/postgres.sh find >/dev/null; then
  if [[ -z ${FOYER_TEST_POSTGRES:-} ]]; then
    lacking+=(postgresql)
  elif ! have pg_dump; then
    lacking+=(postgresql-client)
  fi
fi
[[ ${#lacking[@]} -gt 0 ]] || exit 0

if [[ $(id -u) != 0 ]] || ! have apt-get; then
  printf 'The tests need these Debian packages, or what does the same here: %s\n' "${lacking[*]}" >&2
  exit 1
fi
printf 'installing %s\n' "${lacking[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq </dev/null
apt-get install -y -qq --no-install-recommends "${lacking[@]}" </dev/null
