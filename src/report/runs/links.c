/* Contract in links.h. */
#include "links.h"

#include "html.h"

#include "cassette/memory.h"

#include <stdlib.h>
#include <string.h>

/* Paths of a manifest are as the command that made it saw them. */
static char *where(const run_files *run, const char *sound)
{
  const char *dir = run_last_start(run)->directory;
  return cst_path_join(dir ? dir : "", sound);
}

/* @p from and @p to are absolute, without links. */
static void add_relative(const char *from, const char *to, cst_text *out)
{
  size_t common = 0;
  for (size_t i = 0;; i++) {
    const bool ends = (from[i] == '/' || !from[i]) && (to[i] == '/' || !to[i]);
    if (ends) common = i;
    if (from[i] != to[i] || !from[i]) break;
  }
  for (const char *c = from + common; *c; c++)
    if (*c == '/') cst_text_add(out, "../");
  html_url(out, to + common + (to[common] == '/'));
}

cst_status link_to_sound(const run_files *run, const char *sound, cst_text *out)
{
  cst_status st = CST_OK;
  char *path = NULL, *report = NULL;
  char *to = NULL, *from = NULL; /* the library's own memory */
  if (!sound) goto done;
  path = where(run, sound);
  report = cst_path_join(run->dir, "report");
  if (!path || !report) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_make_dirs(report));
  to = realpath(path, NULL);
  from = realpath(report, NULL);
  if (to && from) add_relative(from, to, out);
  CST_TRY(cst_text_status(out));
done:
  free(to);
  free(from);
  cst_free(path);
  cst_free(report);
  return st;
}
