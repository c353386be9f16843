/*
 * All ranks compute with the same arithmetic, or the job does not start: who computes which clip
 * depends on the number of ranks, and must not show.
 *
 * On mixed nodes the own vector kernels are brought down to the least node's.  OpenBLAS and the C
 * library have chosen theirs when they were loaded; there the cure is a variable for all ranks.
 */
#include "job.h"

#include "cassette/conv.h"
#include "cassette/gemm.h"
#include "cassette/log.h"
#include "cassette/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char isa[16], blas[48], host[64];
  cst_numerics numerics;
} rank_kernels;

/* Narrowest first. */
static const char *const known[] = {"plain", "avx2", "avx512"};
enum { KNOWN = sizeof known / sizeof *known };

static size_t width_of(const char *isa)
{
  size_t i = 0;
  while (i < KNOWN && strcmp(isa, known[i]) != 0) i++;
  return i;
}

const char *job_blas_kernels(void)
{
  const char *const mark = "kernels for ", *at = strstr(cst_gemm_library(), mark);
  return at ? at + strlen(mark) : cst_gemm_library();
}

static void describe(rank_kernels *out)
{
  memset(out, 0, sizeof *out);
  snprintf(out->isa, sizeof out->isa, "%s", cst_conv_isa());
  snprintf(out->blas, sizeof out->blas, "%s", job_blas_kernels());
  snprintf(out->host, sizeof out->host, "%s", cst_comm_host());
}

/* Everybody's description, on every rank. */
static cst_status exchange(const cst_job *self, const rank_kernels *mine, rank_kernels **all)
{
  size_t bytes = 0;
  return cst_comm_gather(self->comm, mine, sizeof *mine, (void **)all, &bytes);
}

/* The least instruction set of all ranks for all of them. */
static cst_status agree_on_isa(const cst_job *self)
{
  cst_status st = CST_OK;
  rank_kernels mine, *all = NULL;
  size_t min = 0, max = 0;
  describe(&mine);
  if (width_of(mine.isa) == KNOWN) {
    const char *wanted = getenv("CST_ISA");
    st =
        cst_raise(CST_ERR_USAGE,
                  "environment variable CST_ISA=%s: no such kernels on this CPU; unset it, or take "
                  "plain, avx2 or avx512",
                  wanted ? wanted : "");
  }
  CST_TRY(cst_comm_agree(self->comm, st));
  CST_TRY(exchange(self, &mine, &all));
  for (size_t r = 0; r < (size_t)cst_comm_size(self->comm); r++) {
    if (width_of(all[r].isa) < width_of(all[min].isa)) min = r;
    if (width_of(all[r].isa) > width_of(all[max].isa)) max = r;
  }
  if (strcmp(all[min].isa, all[max].isa) == 0) goto done;
  cst_log(CST_LOG_INFO,
          "kernels: %s for all ranks, the most that rank %zu on %s has (rank %zu on %s has %s)",
          all[min].isa, min, all[min].host, max, all[max].host, all[max].isa);
  if (setenv("CST_ISA", all[min].isa, 1) != 0) st = cst_no_memory("CST_ISA", 1, 16);
  st = cst_comm_agree(self->comm, st);
done:
  cst_free(all);
  return st;
}

static cst_status refuse(const rank_kernels *all, size_t other, cst_numerics_part part)
{
  const rank_kernels *a = &all[0], *b = &all[other];
  if (part == CST_ARITHMETIC_PRODUCTS && strcmp(a->blas, b->blas) != 0)
    return cst_raise(
        CST_ERR_USAGE,
        "rank %zu on %s does not compute the bits of rank 0 on %s: OpenBLAS runs its "
        "kernels for %s there, for %s here; start all ranks with OPENBLAS_CORETYPE set "
        "to what every CPU has (Haswell for all with AVX2)",
        other, b->host, a->host, b->blas, a->blas);
  return cst_raise(CST_ERR_USAGE,
                   "rank %zu on %s does not compute the bits of rank 0 on %s (%s): their CPUs or "
                   "libraries differ; use nodes of one kind, or compare `cassette info` on both",
                   other, b->host, a->host, cst_numerics_part_name(part));
}

cst_status job_agree_numerics(cst_job *self)
{
  cst_status st = CST_OK;
  rank_kernels mine, *all = NULL;
  CST_TRY(agree_on_isa(self));
  describe(&mine);
  CST_TRY(cst_comm_agree(self->comm, cst_numerics_measure(&mine.numerics)));
  self->numerics = mine.numerics;
  CST_TRY(exchange(self, &mine, &all));
  for (size_t r = 1; r < (size_t)cst_comm_size(self->comm); r++)
    for (int p = 0; p < CST_ARITHMETIC_PARTS; p++)
      if (strcmp(all[r].numerics.part[p], all[0].numerics.part[p]) != 0)
        CST_TRY(refuse(all, r, (cst_numerics_part)p));
done:
  cst_free(all);
  return st;
}
