/* PyTorch dumps: sizes, settings and the arrays of a clip. */
#include "fuzz.h"

#include "oracle_dump.h"

enum { MOST_NUMBERS = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  cst_dump dump = {0};
  float *features = NULL;
  int64_t label = 0;
  double loss = 0.0;
  cst_status st =
      cst_dump_open(fuzz_file(data, size, ".h5"), CST_CONV_BY_LOOPS, CST_PRODUCTS_FP32, &dump);
  if (st == CST_OK) st = cst_dump_number(&dump, "f64/step0/", "loss", &loss);
  if (st == CST_OK && dump.spec.frames < MOST_NUMBERS &&
      dump.spec.bins < MOST_NUMBERS / dump.spec.frames) {
    features = cst_alloc(dump.spec.frames * dump.spec.bins, sizeof *features);
    st = features ? cst_dump_clips(&dump, 0, 1, features, &label) : cst_no_memory("clip", 1, 1);
  }
  cst_free(features);
  cst_dump_close(&dump);
  fuzz_done(st);
  return 0;
}
