/* Contract in named_run.h. */
#include "cassette/named_run.h"

#include "cassette/file.h"
#include "cassette/memory.h"

cst_status cst_named_run_relative(const char *file, const char *below, char **out)
{
  char digest[CST_DIGEST_HEX];
  const cst_status st = cst_digest_file(file, digest);
  *out = NULL;
  if (st != CST_OK) return st;
  *out = cst_format("models/%s%s%s", digest, *below ? "/" : "", below);
  return *out ? CST_OK : cst_no_memory("a path", 1, 1);
}

cst_status cst_named_run_dir(const cst_job *self, const char *name, char **out)
{
  cst_status st = CST_OK;
  char *relative = NULL;
  *out = NULL;
  if (cst_file_exists(name)) CST_TRY(cst_named_run_relative(name, "", &relative));
  *out = relative ? cst_job_path(self, relative) : cst_strdup(name);
  if (!*out) st = cst_no_memory("a path", 1, 1);
done:
  cst_free(relative);
  return st;
}
