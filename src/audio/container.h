/* What a container promises, read from its own bytes: libsndfile shortens a cut file, and reads the
 * first of several that were joined, in silence. */
#ifndef CST_CONTAINER_H
#define CST_CONTAINER_H

#include "sound_bytes.h"

typedef struct {
  bool known;               /**< the length was announced */
  bool consistent;          /**< the frame size agrees with channels and bits */
  uint64_t announced_bytes; /**< of sample data, by the chunk header */
  uint64_t present_bytes;   /**< of sample data in the file */
  uint64_t after;           /**< byte after the sample data and its padding */
  sound_correction length;  /**< a length that its writer could not fill in, as it should be */
} cst_sample_chunk;

/** The chunk of samples in RIFF, RIFX and RF64 files.  Not known: another container, or a stream
 *  whose writer could not go back to fill in the length: all that follows is sound. */
cst_sample_chunk cst_container_samples(sound_bytes *file);

/** False if an Ogg file lacks its last page or has a damaged one; true for other containers.
 *  @p damaged_at: byte where the trouble starts. */
bool cst_container_ogg_whole(sound_bytes *file, uint64_t *damaged_at);

/** Whether a FLAC file ends where a frame does; for those that do not say how long they are. */
bool cst_container_flac_ends(sound_bytes *file);

/** Byte where a second file begins behind the first (WAV, FLAC or a chained Ogg stream); 0: none.
 */
uint64_t cst_container_joined(sound_bytes *file, const cst_sample_chunk *chunk);

#endif
