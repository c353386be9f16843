/* Checks inside collective code: a rank that fails ends the job at once, as the others would wait
 * for it for ever. */
#ifndef CST_MPI_SUPPORT_H
#define CST_MPI_SUPPORT_H

#include "cassette/comm.h"

#include <stdio.h>

static cst_comm *world;

#define check(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      fprintf(stderr, "%s:%d: rank %d of %d: not true: %s\n", __FILE__, __LINE__,                  \
              cst_comm_rank(world), cst_comm_size(world), #condition);                             \
      cst_comm_abort(world, 1);                                                                    \
    }                                                                                              \
  } while (0)

#endif
