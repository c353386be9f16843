/* Hooks for the tests of this module; no MPI types, so that tests need no MPI headers. */
#ifndef CST_COMM_TESTING_H
#define CST_COMM_TESTING_H

#include "cassette/comm.h"

/** The ranks of @p self with the same @p color, in nodes of @p ranks_per_node (0: real nodes),
 * whose MPI calls move at most @p chunk_bytes at once.  Collective; release with
 *  cst_comm_part_destroy(). */
cst_status cst_comm_part(const cst_comm *self, int color, int ranks_per_node, size_t chunk_bytes,
                         cst_comm **out);
void cst_comm_part_destroy(cst_comm **self);

#endif
