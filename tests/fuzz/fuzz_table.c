/* Tables of metadata. */
#include "fuzz.h"

#include "cassette/table.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  cst_table *table = NULL;
  const cst_status st = cst_table_parse((const char *)data, size, "fuzz.csv", 0, &table);
  if (st == CST_OK) {
    int column = -1;
    if (cst_table_find(table, "filename", &column) != CST_OK) cst_clear();
    for (size_t row = 0; row < cst_table_rows(table); row++) {
      if (column >= 0 && !cst_table_field(table, row, column)) abort();
      if (cst_table_line(table, row) < 2) abort();
    }
  }
  cst_table_destroy(&table);
  fuzz_done(st);
  return 0;
}
