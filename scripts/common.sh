# shellcheck shell=bash
# Sourced by the scripts beside it: where things are, and an environment in which Open MPI starts
# in containers, as root, and with more ranks than cores.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export root

# One line that says what happens next; on stderr, results go to stdout.
say() { printf '\n== %s\n' "$*" >&2; }

# One line and the exit status of a usage error.
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 2
}

# nproc would answer OMP_NUM_THREADS, which is set below.
cores() { env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc 2>/dev/null || getconf _NPROCESSORS_ONLN; }

set -a
# shellcheck source=scripts/mpi.env
. "$root/scripts/mpi.env"
set +a
# Nothing here leaves this machine, so a missing ssh must not stop mpirun.
command -v ssh >/dev/null || command -v rsh >/dev/null || export OMPI_MCA_plm=isolated
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
