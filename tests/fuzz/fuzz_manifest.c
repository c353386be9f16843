/* Manifests: what is accepted is written out and read back to the same text. */
#include "fuzz.h"

#include "cassette/dataset.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  cst_dataset *set = NULL, *again = NULL;
  cst_text text = {0}, same = {0};
  const cst_status st = cst_dataset_parse((const char *)data, size, "manifest.csv", &set);
  if (st == CST_OK) {
    if (cst_dataset_text(set, &text) != CST_OK) abort();
    if (cst_dataset_parse(text.data, text.bytes, "again.csv", &again) != CST_OK) abort();
    if (cst_dataset_text(again, &same) != CST_OK) abort();
    if (text.bytes != same.bytes || memcmp(text.data, same.data, text.bytes) != 0) abort();
  }
  cst_text_reset(&text);
  cst_text_reset(&same);
  cst_dataset_destroy(&set);
  cst_dataset_destroy(&again);
  fuzz_done(st);
  return 0;
}
