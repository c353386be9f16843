/* The layouts by name, and the tables of a set.  Contract in layout.h. */
#include "layout.h"

#include "cassette/memory.h"
#include "nearest.h"

#include <string.h>

#define ENTRY(name) &name,
static const table_layout *const layouts[] = {CST_LAYOUTS(ENTRY)};
#undef ENTRY
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

const char *const *cst_layout_names(void)
{
  static const char *names[LAYOUTS + 1];
  for (size_t i = 0; i < LAYOUTS; i++) names[i] = layouts[i]->name;
  return names;
}

const table_layout *cst_layout_named(const char *name)
{
  for (size_t i = 0; i < LAYOUTS; i++)
    if (strcmp(layouts[i]->name, name) == 0) return layouts[i];
  return NULL;
}

bool cst_layout_has_evaluation(const char *name)
{
  const table_layout *layout = cst_layout_named(name);
  return layout && layout->usual[1][0];
}

bool cst_layout_has_classes(const char *name)
{
  const table_layout *layout = cst_layout_named(name);
  return layout && layout->classes;
}

/* The key that names tables, for cures. */
static const char *key_of_tables(cst_set set)
{
  return set == CST_SET_PRETRAIN ? "dataset.pretrain, as the set's metadata" : "dataset.metadata";
}

static cst_status find_only_csv(cst_set set, const char *root, const cst_names *here,
                                cst_names *found)
{
  char list[512];
  if (here->n == 0)
    return cst_raise(CST_ERR_DATA, "%s: no *.csv here; name the table in %s", root,
                     key_of_tables(set));
  if (here->n > 1)
    return cst_raise(CST_ERR_DATA, "%s: %zu tables, %s; name the one that is meant in %s", root,
                     here->n, cst_names_list(here, 8, sizeof list, list), key_of_tables(set));
  return cst_names_add(found, here->item[0]) == CST_NONE ? cst_no_memory("tables", 1, 1) : CST_OK;
}

static cst_status find_usual(const char *root, const char *const *usual, cst_names *found)
{
  cst_status st = CST_OK;
  for (size_t i = 0; i < USUAL_TABLES && usual[i] && st == CST_OK; i++) {
    char *path = cst_path_join(root, usual[i]);
    if (!path || (cst_file_exists(path) && cst_names_add(found, usual[i]) == CST_NONE))
      st = cst_no_memory("tables", 1, 1);
    cst_free(path);
  }
  return st;
}

static cst_status find_tables(const table_layout *layout, cst_set set, const char *root,
                              const cst_names *here, cst_names *found)
{
  cst_status st = CST_OK;
  const char *const *usual = layout->usual[set == CST_SET_EVALUATION];
  cst_names looked_for = {0};
  char list[512];
  if (set != CST_SET_EVALUATION && !usual[0]) return find_only_csv(set, root, here, found);
  CST_TRY(find_usual(root, usual, found));
  if (found->n > 0 || set == CST_SET_EVALUATION) goto done;
  for (size_t i = 0; i < USUAL_TABLES && usual[i]; i++)
    if (cst_names_add(&looked_for, usual[i]) == CST_NONE) CST_TRY(cst_no_memory("tables", 1, 1));
  CST_FAIL(CST_ERR_DATA, "%s: none of the usual tables (%s); check %s, or name the tables in %s",
           root, cst_names_list(&looked_for, USUAL_TABLES, sizeof list, list),
           set == CST_SET_PRETRAIN ? "dataset.pretrain" : "dataset.root", key_of_tables(set));
done:
  cst_names_reset(&looked_for);
  return st;
}

cst_status cst_layout_read(const table_layout *layout, cst_set set, const char *root,
                           const cst_names *here, const char *const *names, size_t n, records *out)
{
  cst_status st = CST_OK;
  cst_names found = {0};
  for (size_t i = 0; i < n; i++)
    if (cst_names_add(&found, names[i]) == CST_NONE) CST_TRY(cst_no_memory("tables", n, 1));
  if (n == 0) CST_TRY(find_tables(layout, set, root, here, &found));
  for (size_t i = 0; i < found.n; i++)
    CST_TRY(cst_records_add(out, root, found.item[i], &layout->columns,
                            layout->part ? layout->part(found.item[i]) : CST_PART_NONE));
  if (out->tables > 0 && set != CST_SET_EVALUATION)
    CST_TRY(cst_records_need(out, &layout->columns, FACT_SCENE));
  if (!layout->part) cst_records_warn_partial(out);
done:
  cst_names_reset(&found);
  return st;
}
