/*
 * cassette: parse, start MPI, run one command, agree on how it ended, stop MPI.
 *
 * The exit code is the status.  Help and usage errors need no MPI and start none, except under a
 * launcher: a rank that left before the others had started would make the launcher kill the one
 * that prints.
 */
#include "cli.h"

#include "cassette/interrupt.h"
#include "cassette/job.h"
#include "cassette/limits.h"
#include "cassette/log.h"
#include "cassette/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool launched(void)
{
  static const char *const signs[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"};

  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
    if (getenv(signs[i])) return true;
  return false;
}

/* A file opened in the place of a closed standard stream would get its text.  Writing to the
 * stand-in fails, as it did to the closed stream. */
static void occupy_standard_streams(void)
{
  int fd;

  do fd = open("/dev/null", O_RDONLY);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0) close(fd);
}

/* Results that did not reach their reader are no results: a full disk, a closed pipe. */
static cst_status flush_results(cst_status st)
{
  if ((fflush(stdout) != 0 || ferror(stdout)) && st == CST_OK)
    st = cst_raise(CST_ERR_DATA,
                   "standard output cannot be written: disk full or pipe closed; files of the "
                   "command are whole");
  return st;
}

static void print_failure(cst_status st)
{
  const char *message = cst_message();

  if (st == CST_OK) return;
  cst_log(st == CST_INTERRUPTED ? CST_LOG_WARN : CST_LOG_ERROR, "%s",
          *message ? message : cst_status_text(st));
}

static cst_status answer(const cli_call *call, cst_status st, bool prints)
{
  if (st != CST_OK || !prints) return st;
  switch (call->action) {
  case CLI_RUN:
    break;
  case CLI_HELP:
    cli_print_help(call->command);
    break;
  case CLI_VERSION:
    cli_print_version();
    break;
  case CLI_MANUAL:
    cli_print_manual();
    break;
  case CLI_COMPLETION:
    cli_print_completion();
    break;
  }
  return flush_results(st);
}

static cst_status run(cli_call *call, cst_status st)
{
  cst_comm *comm = NULL;
  int argc = call->argc;
  char **argv = call->argv;

  cst_status started = cst_limits_start();
  if (started == CST_OK) started = cst_comm_init(&argc, &argv, &comm);
  if (started != CST_OK) {
    print_failure(started);
    return started;
  }
  cst_log_set_rank(cst_comm_rank(comm), cst_comm_size(comm));
  if (st != CST_OK || call->action != CLI_RUN) {
    st = answer(call, st, cst_comm_rank(comm) == 0);
  } else {
    call->comm = comm;
    cst_comm_barrier(comm);
    cst_job_announce(comm, "");
    st = flush_results(call->command->run(call));
    st = cst_comm_agree_alike(comm, st);
  }
  print_failure(st);
  cst_comm_barrier(comm); /* a launcher ends all ranks once one has left with a failure */
  cst_comm_finalize(&comm);
  return st;
}

/* Blocks still held after a success are a bug; after a failure they would hide its cause. */
static cst_status check_memory(cst_status st)
{
#ifdef NDEBUG
  const bool wanted = getenv("CST_CHECK") != NULL;
#else
  const bool wanted = true;
#endif
  if (!wanted || st != CST_OK || cst_memory_blocks() == 0) return st;
  cst_log_any(CST_LOG_ERROR, "%zu blocks of memory (%zu bytes) were never released",
              cst_memory_blocks(), cst_memory_bytes());
  return CST_ERR_INTERNAL;
}

int main(int argc, char **argv)
{
  occupy_standard_streams();
  cst_interrupt_expect();
  cli_call call;
  cst_status st = cli_parse(argc, argv, &call);

  if ((st != CST_OK || call.action != CLI_RUN) && !launched()) {
    st = answer(&call, st, true);
    print_failure(st);
  } else {
    st = run(&call, st);
  }
  cli_call_reset(&call);
  return check_memory(st);
}
