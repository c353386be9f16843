/**
 * @file agreement.h
 * All ranks compute with the same bits, or the job does not start.
 */
#ifndef CST_AGREEMENT_H
#define CST_AGREEMENT_H

#include "cassette/comm.h"
#include "cassette/conv.h"
#include "cassette/numerics.h"

/** The same numerics on all ranks, in *out, or CST_ERR_USAGE with the cure.  Says which kernels differ, and
 *  where @p products are slow.  Collective. */
cst_status cst_agreement_make(const cst_comm *comm, cst_products products, cst_numerics *out);

#endif
