/* Directories for what lives no longer than its maker. */
#include "cassette/file.h"
#include "cassette/memory.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPEN_DIRS = 16 };

cst_status cst_scratch_make(const char *name, char **dir)
{
  cst_status st = CST_OK;
  const char *wanted = getenv("TMPDIR");
  const char *const places[] = {wanted && *wanted ? wanted : "/tmp", "/tmp"};
  char *path = NULL;
  for (size_t i = 0; i < 2; i++) {
    cst_free(path);
    path = cst_format("%s/cassette-%s-XXXXXX", places[i], name);
    if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
    if (mkdtemp(path)) break;
    if (i == 1) CST_TRY(cst_file_failed(path, "create directory"));
  }
  *dir = path;
  path = NULL;
done:
  cst_free(path);
  return st;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
  (void)info, (void)kind, (void)at;
  remove(path); /* a process that is still ending may be faster */
  return 0;
}

void cst_scratch_remove(char **dir)
{
  if (*dir) nftw(*dir, remove_one, OPEN_DIRS, FTW_DEPTH | FTW_PHYS);
  cst_free(*dir);
  *dir = NULL;
}
