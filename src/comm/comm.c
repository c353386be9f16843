/*
 * Start, end, identity and agreement of the ranks.  MPI calls return codes, which must() turns into
 * one line of text and the end of the job: nothing sensible can follow a failed exchange.
 */
#include "comm_private.h"
#include "comm_testing.h"
#include "launch.h"

#include "cassette/clock.h"
#include "cassette/log.h"
#include "cassette/memory.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  CHUNK_BYTES = 1 << 30, /* counts of MPI calls are int */
  ABORT_PATIENCE_S = 10  /* a launcher that is gone must not keep the process alive */
};

static cst_comm alone = {.mpi = MPI_COMM_NULL,
                         .node = MPI_COMM_NULL,
                         .peers = MPI_COMM_NULL,
                         .size = 1,
                         .node_size = 1,
                         .chunk_bytes = CHUNK_BYTES};

cst_comm *cst_comm_self(void) { return &alone; }
int cst_comm_rank(const cst_comm *self) { return self->rank; }
int cst_comm_size(const cst_comm *self) { return self->size; }
int cst_comm_node_rank(const cst_comm *self) { return self->node_rank; }
int cst_comm_node_size(const cst_comm *self) { return self->node_size; }

/* ---- failure ---- */

static bool mpi_is_up(void)
{
  int begun = 0, ended = 0;
  MPI_Initialized(&begun);
  MPI_Finalized(&ended);
  return begun && !ended;
}

/* MPI_Abort tells the launcher, which ends the other ranks; from a watchdog thread, or when the
 * launcher has died, it may not return, and the alarm ends this rank all the same. */
static void end_job(MPI_Comm comm, int code) __attribute__((noreturn));
static void end_job(MPI_Comm comm, int code)
{
  fflush(NULL);
  if (mpi_is_up()) {
    signal(SIGALRM, SIG_DFL);
    alarm(ABORT_PATIENCE_S);
    MPI_Abort(comm, code);
  }
  _exit(code);
}

void cst_comm_abort(const cst_comm *self, int code)
{
  end_job(self->mpi == MPI_COMM_NULL ? MPI_COMM_SELF : self->mpi, code);
}

/* Only the main thread calls MPI (MPI_THREAD_FUNNELED). */
static double wait_began_s, waited_s;

void cst_comm_wait_begin(void) { wait_began_s = cst_now_s(); }
double cst_comm_wait_s(void) { return waited_s; }

void cst_comm_check(int code, const char *call)
{
  waited_s += cst_now_s() - wait_began_s;
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  MPI_Error_string(code, text, &length);
  cst_log_any(CST_LOG_ERROR, "%.*s failed on %s: %s; the job ends", (int)strcspn(call, "("), call,
              cst_comm_host(), text);
  end_job(MPI_COMM_WORLD, CST_ERR_INTERNAL);
}

/* ---- start and end ---- */

/* Nodes of equal size make a grid of ranks, whose columns are `peers`: sums go inside the nodes
 * first and cross the network once (exact_total.c). */
static void find_nodes(cst_comm *self, int ranks_per_node)
{
  int sizes[2];
  if (ranks_per_node > 0)
    must(MPI_Comm_split(self->mpi, self->rank / ranks_per_node, self->rank, &self->node));
  else
    must(MPI_Comm_split_type(self->mpi, MPI_COMM_TYPE_SHARED, self->rank, MPI_INFO_NULL,
                             &self->node));
  must(MPI_Comm_rank(self->node, &self->node_rank));
  must(MPI_Comm_size(self->node, &self->node_size));

  sizes[0] = self->node_size;
  sizes[1] = -self->node_size;
  must(MPI_Allreduce(MPI_IN_PLACE, sizes, 2, MPI_INT, MPI_MAX, self->mpi));
  if (sizes[0] == -sizes[1])
    must(MPI_Comm_split(self->mpi, self->node_rank, self->rank, &self->peers));
}

static void release(cst_comm *self)
{
  if (self->peers != MPI_COMM_NULL) must(MPI_Comm_free(&self->peers));
  if (self->node != MPI_COMM_NULL) must(MPI_Comm_free(&self->node));
  if (self->mpi != MPI_COMM_NULL) must(MPI_Comm_free(&self->mpi));
  cst_free(self->counts);
  cst_free(self->starts);
  cst_free(self);
}

cst_status cst_comm_create(MPI_Comm mpi, int ranks_per_node, cst_comm **out)
{
  cst_status st = CST_OK;
  cst_comm *self = NULL;

  *out = NULL;
  CST_ALLOC(self, 1);
  *self = alone;
  must(MPI_Comm_dup(mpi, &self->mpi)); /* inherits the error handler, as the others do from it */
  must(MPI_Comm_rank(self->mpi, &self->rank));
  must(MPI_Comm_size(self->mpi, &self->size));
  find_nodes(self, ranks_per_node);
  CST_ALLOC(self->counts, (size_t)self->size);
  CST_ALLOC(self->starts, (size_t)self->size);
  *out = self;
  self = NULL;

done:
  if (self) release(self);
  return st;
}

cst_status cst_comm_init(int *argc, char ***argv, cst_comm **out)
{
  cst_status st = CST_OK;
  int provided;

  *out = NULL;
  CST_TRY(cst_launch_prepare());
  must(MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided));
  cst_launch_restore();
  must(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN));
  if (provided < MPI_THREAD_FUNNELED)
    CST_FAIL(CST_ERR_INTERNAL, "%s cannot serve programs with threads; build it with them",
             cst_comm_library());
  CST_TRY(cst_comm_create(MPI_COMM_WORLD, 0, out));
  cst_log_set_rank((*out)->rank, (*out)->size);

done:
  if (st != CST_OK && mpi_is_up()) MPI_Finalize();
  return st;
}

void cst_comm_finalize(cst_comm **self)
{
  if (*self && *self != &alone) {
    release(*self);
    must(MPI_Finalize());
  }
  *self = NULL;
}

cst_status cst_comm_part(const cst_comm *self, int color, int ranks_per_node, size_t chunk_bytes,
                         cst_comm **out)
{
  MPI_Comm part;
  must(MPI_Comm_split(self->mpi, color, self->rank, &part));
  const cst_status st = cst_comm_create(part, ranks_per_node, out);
  must(MPI_Comm_free(&part));
  if (st == CST_OK) (*out)->chunk_bytes = chunk_bytes;
  return st;
}

void cst_comm_part_destroy(cst_comm **self)
{
  if (*self) release(*self);
  *self = NULL;
}

/* ---- names ---- */

const char *cst_comm_library(void)
{
  static char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length;
  if (!text[0]) {
    MPI_Get_library_version(text, &length);
    text[strcspn(text, ",\n")] = '\0'; /* the build host and identifiers follow */
  }
  return text;
}

const char *cst_comm_host(void)
{
  static char name[256];
  if (!name[0] && gethostname(name, sizeof name - 1)) strcpy(name, "unknown host");
  return name;
}

/* ---- agreement ---- */

typedef struct {
  int status;
  char text[CST_MESSAGE_BYTES];
} verdict;

/* Callers agree on what their callees agreed on already: a text names its rank once. */
static bool names_a_rank(const char *text)
{
  const size_t n = strlen(text);
  return n > 0 && text[n - 1] == ')' && strstr(text, " (rank ");
}

static void write_verdict(const cst_comm *self, cst_status st, verdict *out)
{
  char where[320] = "";
  const char *text = *cst_message() ? cst_message() : cst_status_text(st);
  int tail = 0;
  if (!names_a_rank(text))
    tail = snprintf(where, sizeof where, " (rank %d of %d on %s)", self->rank, self->size,
                    cst_comm_host());
  out->status = st;
  snprintf(out->text, sizeof out->text, "%.*s%s", (int)sizeof out->text - 1 - tail, text, where);
}

/* One small exchange when all is well; the text travels only when there is one. */
cst_status cst_comm_agree(const cst_comm *self, cst_status st)
{
  verdict v = {0};
  int first = st == CST_OK ? INT_MAX : self->rank;

  if (self->size == 1) return st;
  must(MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN, self->mpi));
  if (first == INT_MAX) return CST_OK;

  if (first == self->rank)
    write_verdict(self, st, &v);
  else if (st != CST_OK)
    cst_log_any(CST_LOG_DEBUG, "failed as well: %s", cst_message());
  must(MPI_Bcast(&v, sizeof v, MPI_BYTE, first, self->mpi));
  cst_set_message(v.text);
  return (cst_status)v.status;
}

cst_status cst_comm_agree_alike(const cst_comm *self, cst_status st)
{
  int64_t min = st, max = st;

  cst_comm_min_i64(self, &min, 1);
  cst_comm_max_i64(self, &max, 1);
  return min == max ? st : cst_comm_agree(self, st);
}
