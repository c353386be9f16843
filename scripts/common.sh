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

if [ "$(id -u)" -eq 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
export OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_hwloc_base_binding_policy=none
export OMPI_MCA_mpi_yield_when_idle=1
# Containers forbid process_vm_readv, and Open MPI warns about it on every start.
export OMPI_MCA_btl_vader_single_copy_mechanism=none
# The program says what is wrong; mpirun would add a page about the exit status.
export OMPI_MCA_orte_execute_quiet=1
# Nothing here leaves this machine, so a missing ssh must not stop mpirun.
command -v ssh >/dev/null || command -v rsh >/dev/null || export OMPI_MCA_plm=isolated
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
