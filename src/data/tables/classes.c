/* The classes of a set: the layout's own, those that are given, or those that its tables name. */
#include "cassette/memory.h"
#include "layout.h"
#include "look_alike.h"

#include <stdlib.h>
#include <string.h>

static cst_status add_classes(cst_names *scenes, const char *const *names, size_t n)
{
  if (n > CST_MOST_CLASSES)
    return cst_raise(
        CST_ERR_DATA,
        "%zu classes, '%s', '%s', '%s' ...: at most %d are told apart; does scene_label "
        "hold classes?",
        n, names[0], names[1], names[2], CST_MOST_CLASSES);
  for (size_t i = 0; i < n; i++) {
    if (!*names[i] || cst_names_find(scenes, names[i]) != CST_NONE)
      return cst_raise(CST_ERR_USAGE, "dataset.classes: '%s' is empty or there twice", names[i]);
    if (cst_names_add(scenes, names[i]) == CST_NONE)
      return cst_no_memory("classes", n, sizeof(char *));
  }
  return CST_OK;
}

static int by_bytes(const void *a, const void *b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What stands for "no value" elsewhere is no class, unless dataset.classes says so. */
static cst_status collect_labels(const records *from, cst_names *found)
{
  for (size_t i = 0; i < from->n; i++) {
    const statement *s = &from->item[i].said[FACT_SCENE];
    if (!s->text || !*s->text) continue;
    if (cst_means_nothing(s->text))
      return cst_raise(CST_ERR_DATA,
                       "%s:%zu: scene_label '%s': leave the field empty if the clip is unlabelled, "
                       "or name it in dataset.classes if it is a class",
                       cst_table_name(s->table), cst_table_line(s->table, s->row), s->text);
    if (cst_names_add(found, s->text) == CST_NONE)
      return cst_no_memory("classes", found->n + 1, sizeof(char *));
  }
  return CST_OK;
}

/* Classes of a layout without its own, where none are given: those found, sorted. */
static cst_status sort_classes(size_t n, const records *const *tables, cst_names *scenes)
{
  cst_status st = CST_OK;
  cst_names found = {0};
  for (size_t i = 0; i < n; i++) CST_TRY(collect_labels(tables[i], &found));
  if (found.n == 0)
    CST_FAIL(CST_ERR_DATA, "%s: scene_label is empty in every row; there is nothing to learn",
             cst_table_name(tables[0]->table[0]));
  /* Sorting spoils the index of `found`, which is not used again. */
  qsort(found.item, found.n, sizeof *found.item, by_bytes);
  CST_TRY(add_classes(scenes, (const char *const *)found.item, found.n));
done:
  cst_names_reset(&found);
  return st;
}

cst_status cst_classes_find(const table_layout *layout, size_t n_given, const char *const *given,
                            size_t n, const records *const *tables, cst_names *scenes)
{
  if (n_given > 0) return add_classes(scenes, given, n_given);
  if (!layout->classes) return sort_classes(n, tables, scenes);
  return add_classes(scenes, layout->classes, layout->n_classes);
}
