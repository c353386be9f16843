/* metrics.jsonl, as the report reads it. */
#include "fuzz.h"

#include "run_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  run_files run = {0};
  cst_status st = CST_OK;
  char *text = cst_strndup((const char *)data, size);
  st = text ? training_log_parse(text, "metrics.jsonl", &run) : cst_no_memory("text", size, 1);
  cst_free(text);
  run_files_reset(&run);
  fuzz_done(st);
  return 0;
}
