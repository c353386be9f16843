/* Shards of a feature store. */
#include "fuzz.h"

#include "shard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  shard loaded = {0};
  float *clip = NULL;
  cst_status st = shard_load(fuzz_file(data, size, ".h5"), &loaded);
  if (st == CST_OK) {
    clip = cst_alloc(shard_clip_floats(&loaded.spec), sizeof *clip);
    st = clip ? shard_verify(&loaded, clip) : cst_no_memory("clip", 1, 1);
  }
  cst_free(clip);
  shard_reset(&loaded);
  fuzz_done(st);
  return 0;
}
