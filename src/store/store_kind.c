/* What kind of file one is. */
#include "cassette/store.h"

cst_status cst_store_file_has(const char *path, const char *one, const char *other, bool *has)
{
  cst_store *store = NULL;
  const cst_status st = cst_store_open(path, &store);
  *has = st == CST_OK && cst_store_has(store, one) && cst_store_has(store, other);
  cst_store_close(&store);
  return st;
}
