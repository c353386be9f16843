/* Configurations: what is accepted is written out and read back to the same text. */
#include "fuzz.h"

#include "cassette/config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  cst_config *config = NULL, *again = NULL;
  cst_text text = {0}, same = {0};
  const cst_status st = cst_config_parse((const char *)data, size, "fuzz.yaml", &config);
  if (st == CST_OK) {
    if (cst_config_text(config, &text) != CST_OK) abort();
    if (cst_config_parse(text.data, text.bytes, "again.yaml", &again) != CST_OK) abort();
    if (cst_config_text(again, &same) != CST_OK) abort();
    if (text.bytes != same.bytes || memcmp(text.data, same.data, text.bytes) != 0) abort();
  }
  cst_text_reset(&text);
  cst_text_reset(&same);
  cst_config_destroy(&config);
  cst_config_destroy(&again);
  fuzz_done(st);
  return 0;
}
