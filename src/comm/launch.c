/*
 * How the process was started, from its environment.
 *
 * Open MPI 4.1 without a launcher ("singleton") forks a daemon to be ready for MPI_Comm_spawn,
 * which doubles the time of MPI_Init; ess_singleton_isolated does without.  All such processes then
 * share one session directory below TMPDIR, and the end of one removes it under another that
 * starts: they need none, so orte_create_session_dirs=0.  Inside a Slurm job step it takes itself
 * for a rank that srun started, and without PMIx it then ends the process with a page about
 * building Slurm; one task alone (a shell from salloc is one) can run as a singleton once
 * SLURM_STEP_ID is out of sight.
 *
 * Open MPI 5 does not start without HOME, which services and containers may lack, nor without a
 * session directory, whose parents it leaves behind: a singleton makes it below a directory of its
 * own, which goes when MPI_Init is done.
 */
#include "launch.h"

#include "cassette/comm.h"
#include "cassette/file.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* While MPI_Init runs: */
static char hidden_step[32];         /* SLURM_STEP_ID */
static char hidden_tmpdir[PATH_MAX]; /* TMPDIR, which is `session` instead unless that is NULL */
static char *session;
static const char *cores_option; /* of the launcher */

static bool set(const char *name)
{
  const char *text = getenv(name);
  return text && *text;
}

static long number(const char *name)
{
  const char *text = getenv(name);
  return text ? strtol(text, NULL, 10) : 0;
}

/* A launcher that tells the ranks about each other, through PMIx or PMI. */
static bool have_launcher(void)
{
  return set("PMIX_NAMESPACE") || set("PMIX_RANK") || set("OMPI_COMM_WORLD_SIZE") ||
         set("PMI_RANK") || set("PMI_FD");
}

/* Before MPI_Init, which sets variables of other launchers. */
static const char *find_cores_option(void)
{
  if (set("OMPI_COMM_WORLD_SIZE")) return "mpirun --map-by slot:PE=";
  if (set("MPI_LOCALNRANKS")) return "mpiexec -bind-to core:"; /* MPICH's Hydra */
  if (set("SLURM_STEP_ID")) return "sbatch or srun --cpus-per-task=";
  return NULL;
}

const char *cst_comm_cores_option(void) { return cores_option; }

/* Containers may forbid reading another process's memory, which Open MPI's shared-memory transport
 * then reports page by page; a process that may not even read itself is in such a place. */
static bool may_copy_between_processes(void)
{
  char from = 1, to = 0;
  const struct iovec local = {&to, 1}, remote = {&from, 1};
  return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == 1;
}

/* Where none can be made, MPI finds its place by itself. */
static void enter_session(void)
{
  const char *place = getenv("TMPDIR");
  if (session) return;
  if ((place && strlen(place) >= sizeof hidden_tmpdir) ||
      cst_scratch_make("start", &session) != CST_OK) {
    cst_clear();
    return;
  }
  strcpy(hidden_tmpdir, place ? place : "");
  setenv("TMPDIR", session, 1);
}

static void leave_session(void)
{
  if (!session) return;
  cst_scratch_remove(&session);
  if (hidden_tmpdir[0])
    setenv("TMPDIR", hidden_tmpdir, 1);
  else
    unsetenv("TMPDIR");
}

cst_status cst_launch_prepare(void)
{
  const int keep = 0;
  cores_option = find_cores_option();
  if (!have_launcher()) {
    const long tasks = number("SLURM_STEP_NUM_TASKS");
    if (tasks > 1)
      return cst_raise(CST_ERR_USAGE,
                       "srun started %ld tasks that cannot find each other; start them with "
                       "srun --mpi=pmix (srun --mpi=list must name it) or with mpirun",
                       tasks);
    const char *step = getenv("SLURM_STEP_ID");
    if (step && strlen(step) < sizeof hidden_step) {
      strcpy(hidden_step, step);
      unsetenv("SLURM_STEP_ID");
    }
    setenv("OMPI_MCA_ess_singleton_isolated", "1", keep);
    setenv("OMPI_MCA_orte_create_session_dirs", "0", keep);
    enter_session();
  }
  setenv("HOME", "/", keep);
  setenv("HWLOC_HIDE_ERRORS", "2", keep); /* a container without /sys is no news */
  if (!may_copy_between_processes())
    setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", keep);
  return CST_OK;
}

void cst_launch_restore(void)
{
  if (hidden_step[0]) setenv("SLURM_STEP_ID", hidden_step, 1);
  hidden_step[0] = '\0';
  leave_session();
}
