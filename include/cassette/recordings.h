/**
 * @file recordings.h
 * Which sound each clip of a job has: the digest of its file.
 *
 * Features, checkpoints and models are kept under digests, so that no recording is taken for another
 * one of the same name.  Files are asked for size and time at every start, by all ranks a share
 * each, on @p threads threads, and read again where these changed.
 */
#ifndef CST_RECORDINGS_H
#define CST_RECORDINGS_H

#include "cassette/comm.h"
#include "cassette/dataset.h"

/** Status and sound of every clip of @p data, of which @p seconds are wanted, on all ranks.  What
 *  @p before (NULL: nothing) says of a file of the same path, size and time is taken as it is.
 *  Collective. */
cst_status cst_recordings_read(const cst_comm *comm, int threads, double seconds,
                               const cst_dataset *before, cst_dataset *data);
/** CST_ERR_DATA where a file is not what the manifest in @p dir says: both digests and @p cure.  A
 *  file with another time and the same content is taken up (@p touched: there are such); one that is
 *  gone is not missed where its features are there.  Collective. */
cst_status cst_recordings_check(const cst_comm *comm, int threads, const char *dir,
                                const char *cure, cst_dataset *data, bool *touched);

#endif
