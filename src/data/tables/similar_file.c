/* The file that a clip without audio may mean.  Contract in cassette/dataset.h. */
#include "audio_index.h"

#include "cassette/memory.h"
#include "cassette/utf8.h"

#include <string.h>

typedef struct {
  const char *name; /* of the clip, folded */
  char *found;
} search;

/* The name in a path without its directories and audio extension, folded; new. */
static char *folded_name(const char *path)
{
  size_t ends;
  char *plain = cst_utf8_name(cst_path_name(path)), *folded = NULL;
  if (!plain) return NULL;
  cst_audio_extension(plain, &ends);
  plain[ends] = '\0';
  folded = cst_utf8_folded(plain);
  cst_free(plain);
  return folded;
}

static cst_status compare(void *context, const char *relative)
{
  search *s = context;
  size_t ends;
  if (s->found || cst_audio_extension(relative, &ends) < 0 || !cst_utf8_plain(relative))
    return CST_OK;
  char *name = folded_name(relative);
  const bool alike = name && strcmp(name, s->name) == 0;
  if (alike) s->found = cst_strdup(relative);
  const bool failed = !name || (alike && !s->found);
  cst_free(name);
  return failed ? cst_no_memory(relative, strlen(relative), 2) : CST_OK;
}

cst_status cst_dataset_similar_file(const char *root, const char *id, char **path)
{
  cst_status st = CST_OK;
  char *name = folded_name(id);
  search s = {.name = name};
  *path = NULL;
  if (!name) CST_TRY(cst_no_memory(id, strlen(id), 2));
  if (*name) CST_TRY(cst_walk(root, compare, &s));
  *path = s.found;
  s.found = NULL;
done:
  cst_free(s.found);
  cst_free(name);
  return st;
}
