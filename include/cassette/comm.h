/**
 * @file comm.h
 * The ranks of a job.  The only module that calls MPI.
 *
 * A failing MPI call is logged and aborts the job; a failing rank is agreed upon
 * (cst_comm_agree) before the next collective, so that all ranks fail together with one message.
 */
#ifndef CST_COMM_H
#define CST_COMM_H

#include "cassette/file.h"
#include "cassette/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cst_comm cst_comm;

/** Start MPI (singleton without a launcher) on a duplicate of the world.  Collective. */
cst_status cst_comm_init(int *argc, char ***argv, cst_comm **out);
/** Collective; ends MPI. */
void cst_comm_finalize(cst_comm **self);
/** One rank, no MPI: every collective is the identity.  For tests and local work. */
cst_comm *cst_comm_self(void);

int cst_comm_rank(const cst_comm *self);
int cst_comm_size(const cst_comm *self);
int cst_comm_node_rank(const cst_comm *self); /**< rank among those that share memory */
int cst_comm_node_size(const cst_comm *self);
/** MPI library and version, and the name of this host. */
const char *cst_comm_library(void);
const char *cst_comm_host(void);
/** The option by which this job's launcher gives each rank so many cores, for messages: the number
 *  is to follow at once.  NULL without a known launcher. */
const char *cst_comm_cores_option(void);

/** Collective.  CST_OK if every rank passes CST_OK; else every rank gets the status and the text
 *  of the lowest failing rank (text extended by " (rank R of N on HOST)" when N > 1). */
cst_status cst_comm_agree(const cst_comm *self, cst_status st);
/** Likewise where failures are mostly those of all ranks (a configuration that each of them read),
 *  which are left as they are: no text names a rank then.  Collective. */
cst_status cst_comm_agree_alike(const cst_comm *self, cst_status st);
/** End the whole job at once with @p code (watchdog, assertion).  Not collective. */
void cst_comm_abort(const cst_comm *self, int code) __attribute__((noreturn));

/** Seconds that this process has spent inside MPI so far: waiting for others, and exchanging. */
double cst_comm_wait_s(void);

/* All collective. */
void cst_comm_barrier(const cst_comm *self);
void cst_comm_broadcast(const cst_comm *self, void *bytes, size_t n); /**< from rank 0 */
/** Rank 0's heap buffer to all; others get a new one (cst_free), NUL-terminated past *n. */
cst_status cst_comm_share(const cst_comm *self, char **bytes, size_t *n);
/** Agree on rank 0's outcome @p st, then share its text. */
cst_status cst_comm_share_text(const cst_comm *self, cst_status st, cst_text *text);
void cst_comm_max_i64(const cst_comm *self, int64_t *values, size_t n);
void cst_comm_min_i64(const cst_comm *self, int64_t *values, size_t n);
void cst_comm_sum_i64(const cst_comm *self, int64_t *values, size_t n); /**< exact */
void cst_comm_or_u8(const cst_comm *self, uint8_t *values, size_t n);
void cst_comm_max_f64(const cst_comm *self, double *values, size_t n);
void cst_comm_min_f64(const cst_comm *self, double *values, size_t n);
/** Every rank's @p n bytes, concatenated in rank order, on every rank; sizes may differ.
 *  *out is new (cst_free), *total its length. */
cst_status cst_comm_gather(const cst_comm *self, const void *bytes, size_t n, void **out,
                           size_t *total);

/** Memory shared by the ranks of a node.  Zeroed.  Collective over all ranks; @p bytes the same
 *  on the ranks of a node.  The window must be freed (collective) before the comm. */
typedef struct cst_window cst_window;
cst_status cst_window_create(const cst_comm *self, size_t bytes, cst_window **out, void **base);
void cst_window_destroy(cst_window **self);
/** All ranks of the node reach this point and see each other's stores.  Collective per node. */
void cst_window_sync(cst_window *self);

#endif
