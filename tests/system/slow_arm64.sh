#!/usr/bin/env bash
# On an emulated 64-bit Arm: the units of everything that computes, and the committed bits of whole runs; where recordings are
# resampled, from features that were made here.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
"$cassette" info | grep -qx 'same_bits_on: all' || fail "this machine does not give the committed bits: $("$cassette" info)"
mkdir store
make_small "features: {store: $work/store}"
"$cassette" prepare small.yaml >out.txt 2>err.txt || fail "$(cat err.txt)"
"$cassette" features small.yaml >out.txt 2>err.txt || fail "$(cat err.txt)"

# its packages are others than those of a Debian 12 for this machine
export CASSETTE_ROOTS=${CASSETTE_ROOTS:-/var/tmp/cassette-roots}/arm64
# shellcheck disable=SC2016
tar -cC store . | "$repository/scripts/in-debian" bookworm bash -c '
  set -e
  export STORE=$(mktemp -d)
  trap "rm -rf $STORE" EXIT
  tar -xC "$STORE"
  scripts/cross-arm64 </dev/null
  ctest --test-dir build/arm64 --output-on-failure -R "^base[.]test_(elementary|random)|^(kernels|comm|optim|nn|features|run)[.]test_|^system[.]bits"'
