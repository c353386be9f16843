/* Recordings: whatever the bytes, a verdict, and samples only with a good one. */
#include "fuzz.h"

#include "cassette/clip.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  cst_audio clip = {0};
  const cst_status st = cst_audio_read(fuzz_file(data, size, ".wav"), 1.0, &clip);
  if (st == CST_OK && cst_audio_usable(clip.info.status) != (clip.samples != NULL)) abort();
  cst_audio_reset(&clip);
  fuzz_done(st);
  return 0;
}
