/* What the files of this module know about a communicator.  The only header that sees MPI. */
#ifndef CST_COMM_PRIVATE_H
#define CST_COMM_PRIVATE_H

#include "cassette/comm.h"

#include <mpi.h>

struct cst_comm {
  MPI_Comm mpi;   /* all ranks; MPI_COMM_NULL in cst_comm_self() */
  MPI_Comm node;  /* the ranks that share memory with this one */
  MPI_Comm peers; /* ranks of the same node rank, one per node; null unless nodes are equal */
  int rank, size;
  int node_rank, node_size;
  size_t chunk_bytes;   /* most bytes in one MPI call, whose counts are int */
  int *counts, *starts; /* [size] scratch of collectives with uneven shares */
};

/** Communicator over a duplicate of @p mpi; 0 < @p ranks_per_node cuts it into make-believe nodes
 *  (tests), 0 asks MPI.  Collective. */
cst_status cst_comm_create(MPI_Comm mpi, int ranks_per_node, cst_comm **out);

/** Abort the job, naming the call, unless @p code is MPI_SUCCESS. */
void cst_comm_check(int code, const char *call);
#define must(call) (cst_comm_wait_begin(), cst_comm_check((call), #call))
/** Starts the clock of cst_comm_wait_s(); cst_comm_check() stops it. */
void cst_comm_wait_begin(void);

#endif
