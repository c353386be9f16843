#!/usr/bin/env bash
# With MPICH in place of Open MPI, in a Debian 12 of its own: units, MPI tests, the same bits on other numbers of ranks, and
# the committed bits.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
export CASSETTE_ROOTS=${CASSETTE_ROOTS:-/var/tmp/cassette-roots}/mpich
# the packages come first: scripts/dependencies takes the mpicc that is there
# shellcheck disable=SC2016
"$repository/scripts/in-debian" bookworm bash -c '
  set -e
  dpkg -s libmpich-dev >/dev/null 2>&1 ||
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends mpich libmpich-dev; }
  scripts/build
  build/release/cassette info | grep -i "^mpi: .*mpich"
  ctest --preset release --output-on-failure -L "unit|mpi"
  ctest --preset release --output-on-failure -R "^system[.](bits|invariance|kernels)"' </dev/null
