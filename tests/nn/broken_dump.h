/* Golden dumps, and copies of them with some bytes exchanged. */
#ifndef CST_TEST_BROKEN_DUMP_H
#define CST_TEST_BROKEN_DUMP_H

#include "cassette/file.h"
#include "cassette/store.h"
#include "support/test_support.h"

#include <stdio.h>
#include <string.h>

#define EVEN_DUMP     CST_TEST_DIR "/golden/setrans-even.h5"
#define ODD_DUMP      CST_TEST_DIR "/golden/setrans-odd.h5"
#define RESIDUAL_DUMP CST_TEST_DIR "/golden/setrans-residual.h5"
#define STEM_DUMP     CST_TEST_DIR "/golden/setrans-stem.h5"
#define TOLD_DUMP     CST_TEST_DIR "/golden/setrans-told.h5"

/* A copy of EVEN_DUMP in which every `from` is `to`; both have `bytes` bytes. */
static inline const char *broken_dump(const void *from, const void *to, size_t bytes)
{
  static char path[512];
  char *text = NULL;
  size_t n = 0, found = 0;
  assert_ok(cst_file_read(EVEN_DUMP, &text, &n));
  for (size_t i = 0; i + bytes <= n; i++)
    if (memcmp(text + i, from, bytes) == 0) {
      memcpy(text + i, to, bytes);
      found++;
    }
  assert_true(found > 0);
  snprintf(path, sizeof path, "%s/broken.h5", test_temp_dir());
  test_write_file(path, text, n);
  cst_free(text);
  return path;
}

#endif
