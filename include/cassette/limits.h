/**
 * @file limits.h
 * What the system allows this process: for messages about what it refused, and questions beforehand.
 */
#ifndef CST_LIMITS_H
#define CST_LIMITS_H

#include "cassette/status.h"

#include <stddef.h>
#include <stdint.h>

/** Bytes of address space (ulimit -v); 0: no limit. */
uint64_t cst_address_limit_bytes(void);

/** Bytes of memory for all processes of this container or Slurm step: the least limit of its
 * control group and of those above it; 0: none, or unknown. */
uint64_t cst_container_limit_bytes(void);
/** The same for the list of groups @p groups (/proc/self/cgroup) and the tree @p root
 *  (/sys/fs/cgroup), of either version. */
uint64_t cst_group_limit_bytes(const char *groups, const char *root);

enum { CST_LIMIT_BYTES = 128 };
/** "; ulimit -v allows 292.9 MiB" and the container's in the same form; "" where there are none. */
const char *cst_limits_text(char out[CST_LIMIT_BYTES]);

/** @p bytes more of memory can be had now, for a library (@p what) that does not bear their lack, or
 *  CST_ERR_INTERNAL with the cure. */
cst_status cst_limits_memory(const char *what, size_t bytes);

/** @p n more threads can be started at the same time, or CST_ERR_INTERNAL with the cure. */
cst_status cst_limits_threads(int n);

/** CST_ERR_INTERNAL where ulimit -s or -v leaves too little stack or memory for MPI_Init. */
cst_status cst_limits_start(void);

#endif
