/*
 * All ranks compute with the same numerics, or the job does not start: who computes which clip
 * depends on the number of ranks, and must not show.
 *
 * Instruction sets may differ from node to node, since their kernels give the same bits.  What is
 * left are libraries of other versions and builds by compilers that do not keep to IEEE 754.
 */
#include "cassette/agreement.h"

#include "cassette/conv.h"
#include "cassette/log.h"
#include "cassette/memory.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  char isa[16], host[64];
  cst_numerics numerics;
} rank_kernels;

static cst_status describe(rank_kernels *out)
{
  cst_status st = CST_OK;
  memset(out, 0, sizeof *out);
  snprintf(out->isa, sizeof out->isa, "%s", cst_conv_isa());
  snprintf(out->host, sizeof out->host, "%s", cst_comm_host());
  CST_TRY(cst_conv_isa_check());
  CST_TRY(cst_numerics_measure(&out->numerics));
done:
  return st;
}

/* A node with lesser kernels makes the others wait. */
static void say_kernels(const rank_kernels *all, size_t ranks)
{
  size_t least = 0, most = 0;
  for (size_t r = 1; r < ranks; r++) {
    if (cst_conv_isa_width(all[r].isa) < cst_conv_isa_width(all[least].isa)) least = r;
    if (cst_conv_isa_width(all[r].isa) > cst_conv_isa_width(all[most].isa)) most = r;
  }
  if (strcmp(all[least].isa, all[most].isa) != 0)
    cst_log(CST_LOG_INFO,
            "kernels: from %s (rank %zu on %s) to %s (rank %zu on %s): other speeds, the same bits",
            all[least].isa, least, all[least].host, all[most].isa, most, all[most].host);
}

static void say_products(const rank_kernels *all, size_t ranks, cst_products products)
{
  size_t r = 0;
  while (r < ranks && cst_conv_products_fit(products, all[r].isa)) r++;
  if (r < ranks)
    cst_log(
        CST_LOG_WARN,
        "model.products=%s: rank %zu on %s has no AMX: the same bits, in several times the time of "
        "products of floats",
        cst_products_names[products], r, all[r].host);
}

static cst_status refuse(const rank_kernels *all, size_t other, cst_numerics_part part)
{
  return cst_raise(CST_ERR_USAGE,
                   "rank %zu on %s does not compute the bits of rank 0 on %s (%s): their builds or "
                   "libraries differ; run one build with one set of libraries, or compare "
                   "`cassette info` on both",
                   other, all[other].host, all[0].host, cst_numerics_part_name(part));
}

cst_status cst_agreement_make(const cst_comm *comm, cst_products products, cst_numerics *out)
{
  cst_status st = CST_OK;
  const size_t ranks = (size_t)cst_comm_size(comm);
  rank_kernels mine, *all = NULL;
  size_t bytes = 0;
  CST_TRY(cst_comm_agree(comm, describe(&mine)));
  *out = mine.numerics;
  CST_TRY(cst_comm_gather(comm, &mine, sizeof mine, (void **)&all, &bytes));
  say_kernels(all, ranks);
  say_products(all, ranks, products);
  for (size_t r = 1; r < ranks; r++)
    for (int p = 0; p < CST_ARITHMETIC_PARTS; p++)
      if (strcmp(all[r].numerics.part[p], all[0].numerics.part[p]) != 0)
        CST_TRY(refuse(all, r, (cst_numerics_part)p));
done:
  cst_free(all);
  return st;
}
