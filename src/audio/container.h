/* What a container promises, read from its own bytes: libsndfile shortens a cut file in silence. */
#ifndef CST_CONTAINER_H
#define CST_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  bool known;               /**< the fields below were found */
  bool consistent;          /**< the frame size agrees with channels and bits */
  uint64_t announced_bytes; /**< of sample data, by the chunk header */
  uint64_t present_bytes;   /**< of sample data in the file */
} cst_sample_chunk;

/** The chunk of samples in RIFF, RIFX, RF64/BW64 and AIFF files.  Not known: another container, or
 *  a stream whose writer could not go back to fill in the length. */
cst_sample_chunk cst_container_samples(int fd, uint64_t file_bytes);

/** False if an Ogg file lacks its last page or has a damaged one; true for other containers.
 *  @p damaged_at: byte where the trouble starts. */
bool cst_container_ogg_whole(int fd, uint64_t file_bytes, uint64_t *damaged_at);

#endif
