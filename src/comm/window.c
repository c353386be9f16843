/*
 * Memory that the ranks of a node share: an MPI-3 shared window in which node rank 0 holds all.
 *
 * The pages come from a file in /dev/shm that Open MPI lengthens without reserving them; where
 * the file system is too small (64 MiB in a container by default) the first store past its end is a
 * bus error, and Open MPI 4.1's own check lets one rank return an error while the others wait
 * for ever.  So free space is compared first, and then every page is asked for in a way that
 * can fail (MADV_POPULATE_WRITE, Linux 5.14); the ranks share that work, which also spreads the
 * pages over their memory controllers.
 */
#include "comm_private.h"

#include "cassette/memory.h"
#include "cassette/slice.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#  define MADV_POPULATE_WRITE 23
#endif

enum { SPARE_BYTES = 1 << 20 }; /* Open MPI keeps its own state in the file */

struct cst_window {
  const cst_comm *comm; /* borrowed */
  MPI_Win mpi;          /* MPI_WIN_NULL: `own` is the memory */
  void *own;
};

static const char *directory(void)
{
  const char *chosen = getenv("OMPI_MCA_osc_sm_backing_directory");
  return chosen && *chosen ? chosen : "/dev/shm";
}

static cst_status too_small(size_t bytes, double free_bytes)
{
  return cst_raise(CST_ERR_DATA,
                   "shared memory: %.1f MiB wanted, %.1f MiB free in %s on %s; enlarge it (docker "
                   "run --shm-size) or set dataset.cache_gib=0 to do without",
                   (double)bytes / 1048576.0, free_bytes / 1048576.0, directory(), cst_comm_host());
}

static double space_left(void)
{
  struct statvfs fs;
  if (statvfs(directory(), &fs)) return -1.0; /* nothing to compare with */
  return (double)fs.f_bavail * (double)fs.f_frsize;
}

static cst_status check_space(const cst_comm *comm, size_t bytes)
{
  const double have = space_left();
  if (comm->node_rank != 0 || have < 0.0 || (double)bytes + SPARE_BYTES <= have) return CST_OK;
  return too_small(bytes, have);
}

/* Make this rank's share of the pages real, and zero whatever MPI library made them. */
static cst_status populate(const cst_comm *comm, unsigned char *base, size_t bytes)
{
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const cst_slice s = cst_slice_of((bytes + page - 1) / page, comm->node_rank, comm->node_size);
  if (s.count == 0) return CST_OK;

  unsigned char *first = base + s.first * page;
  const size_t rest = bytes - s.first * page;
  const size_t length = s.count * page < rest ? s.count * page : rest;
  const uintptr_t low = (uintptr_t)first / page * page; /* base need not start a page */
  const size_t span = (uintptr_t)first + length - low;
  if (madvise((void *)low, span, MADV_POPULATE_WRITE) && errno != EINVAL)
    return too_small(bytes, space_left());
  memset(first, 0, length);
  return CST_OK;
}

static void *attach(cst_window *self, size_t bytes)
{
  const cst_comm *comm = self->comm;
  void *base = NULL;
  MPI_Aint size;
  int unit;

  must(MPI_Win_allocate_shared(comm->node_rank == 0 ? (MPI_Aint)bytes + 1 : 0, 1, MPI_INFO_NULL,
                               comm->node, &base, &self->mpi));
  must(MPI_Win_set_errhandler(self->mpi, MPI_ERRORS_RETURN)); /* not inherited */
  must(MPI_Win_shared_query(self->mpi, 0, &size, &unit, &base));
  must(MPI_Win_lock_all(MPI_MODE_NOCHECK, self->mpi)); /* MPI_Win_sync wants an open epoch */
  return base;
}

cst_status cst_window_create(const cst_comm *comm, size_t bytes, cst_window **out, void **base)
{
  cst_status st = CST_OK;
  cst_window *self = NULL;
  void *memory = NULL;
  const bool shared = comm->node_size > 1;

  *out = NULL;
  *base = NULL;
  self = cst_alloc(1, sizeof *self);
  if (self) *self = (cst_window){.comm = comm, .mpi = MPI_WIN_NULL};
  if (self && !shared) memory = self->own = cst_alloc(bytes, 1);
  if (!self || (!shared && !memory))
    st = cst_no_memory("window", bytes, 1);
  else if (shared)
    st = check_space(comm, bytes);
  CST_TRY(cst_comm_agree(comm, st));

  if (shared) {
    memory = attach(self, bytes);
    st = populate(comm, memory, bytes);
  }
  CST_TRY(cst_comm_agree(comm, st)); /* no rank leaves before all shares are zeroed */
  *base = memory;
  *out = self;
  self = NULL;

done:
  cst_window_destroy(&self);
  return st;
}

void cst_window_destroy(cst_window **self)
{
  cst_window *w = *self;
  if (!w) return;
  if (w->mpi != MPI_WIN_NULL) {
    must(MPI_Win_unlock_all(w->mpi));
    must(MPI_Win_free(&w->mpi));
  }
  cst_free(w->own);
  cst_free(w);
  *self = NULL;
}

void cst_window_sync(cst_window *self)
{
  if (self->mpi == MPI_WIN_NULL) return;
  atomic_thread_fence(memory_order_seq_cst);
  must(MPI_Win_sync(self->mpi));
  must(MPI_Barrier(self->comm->node));
  must(MPI_Win_sync(self->mpi));
}
