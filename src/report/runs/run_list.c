/* Runs by name, or all cells of an ablation.  Contract in cassette/report.h. */
#include "cassette/report.h"

#include "cassette/file.h"
#include "cassette/memory.h"

#include <string.h>

/* Takes @p dir. */
static cst_status add(cst_run_list *self, char *dir)
{
  cst_status st = CST_OK;
  char **grown = dir ? cst_realloc(self->dir, self->n + 1, sizeof *grown) : NULL;
  if (!grown) CST_TRY(cst_no_memory("runs", self->n + 1, sizeof *grown));
  self->dir = grown;
  grown[self->n++] = dir;
  dir = NULL;
done:
  cst_free(dir);
  return st;
}

typedef struct {
  cst_run_list *list;
  const char *root;
} search;

/* STRATEGY/FOLD/seed-N/metrics.json: what the cells share has none. */
static cst_status see_file(void *context, const char *relative)
{
  const search *s = context;
  const char *name = cst_path_name(relative);
  if (strcmp(name, "metrics.json") != 0 || name == relative) return CST_OK;
  return add(s->list, cst_format("%s/%.*s", s->root, (int)(name - relative - 1), relative));
}

cst_status cst_run_list_add(cst_run_list *self, const char *path)
{
  cst_status st = CST_OK;
  const size_t before = self->n;
  char *grid = cst_path_join(path, "ablation.yaml");
  if (!grid) CST_TRY(cst_no_memory("path", 1, 1));
  if (!cst_file_exists(grid)) {
    st = add(self, cst_strdup(path));
    goto done;
  }
  CST_TRY(cst_walk(path, see_file, &(search){self, path}));
  if (self->n == before)
    CST_FAIL(CST_ERR_DATA,
             "%s: no cell of this ablation is done; run them with: cassette ablate %s", path, grid);
done:
  cst_free(grid);
  return st;
}

void cst_run_list_reset(cst_run_list *self)
{
  for (size_t i = 0; i < self->n; i++) cst_free(self->dir[i]);
  cst_free(self->dir);
  *self = (cst_run_list){0};
}
