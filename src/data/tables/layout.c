/* Tables of each layout: usual names and columns.  Contract in layout.h. */
#include "layout.h"

#include "cassette/memory.h"
#include "nearest.h"

#include <string.h>

const char *const cst_layout_names[] = {"cas", "tau", "csv", "synth", NULL};

enum { USUAL = 3 };

typedef struct {
  record_columns columns;
  const char *usual[2][USUAL]; /* development (or pre-training), evaluation; below root */
} layout_tables;

static const layout_tables layouts[] = {
    [CST_READ_CAS] = {.columns = {.fact = {[FACT_SCENE] = "scene_label",
                                           [FACT_PLACE] = "location",
                                           [FACT_SESSION] = "record_time"}},
                      .usual = {{"ICME2024_ASC_dev_label.csv",
                                 "APSIPA2025_GC_ASC_dev_metadata.csv"},
                                {"APSIPA2025_GC_ASC_eval_metadata.csv", "ICME2024_ASC_eval.csv"}}},
    [CST_READ_TAU] = {.columns = {.fact = {[FACT_SCENE] = "scene_label",
                                           [FACT_SESSION] = "identifier",
                                           [FACT_DEVICE] = "source_label"},
                                  .relative_path = true},
                      .usual = {{"meta.csv", "evaluation_setup/fold1_train.csv",
                                 "evaluation_setup/fold1_evaluate.csv"}}},
    [CST_READ_CSV] = {.columns = {.fact = {[FACT_SCENE] = "scene_label",
                                           [FACT_PLACE] = "city",
                                           [FACT_SESSION] = "session",
                                           [FACT_DEVICE] = "device"},
                                  .relative_path = true}},
};

static bool ends_in(const char *text, const char *end)
{
  const size_t n = strlen(text), m = strlen(end);
  return n >= m && strcmp(text + n - m, end) == 0;
}

/* TAU's fold files say by their names which part of the set they list. */
static cst_part part_of(cst_read_layout layout, const char *table)
{
  if (layout != CST_READ_TAU) return CST_PART_NONE;
  if (ends_in(table, "_train.csv")) return CST_PART_TRAIN;
  return ends_in(table, "_evaluate.csv") ? CST_PART_EVALUATE : CST_PART_NONE;
}

static cst_status find_only_csv(const char *root, const cst_names *here, cst_names *found)
{
  char list[512];
  if (here->n == 0)
    return cst_raise(CST_ERR_DATA, "%s: no *.csv here; name the table in dataset.metadata", root);
  if (here->n > 1)
    return cst_raise(CST_ERR_DATA,
                     "%s: %zu tables, %s; name the one that is meant in dataset.metadata", root,
                     here->n, cst_names_list(here, 8, sizeof list, list));
  return cst_names_add(found, here->item[0]) == CST_NONE ? cst_no_memory("tables", 1, 1) : CST_OK;
}

static cst_status find_usual(const char *root, const char *const *usual, cst_names *found)
{
  cst_status st = CST_OK;
  for (size_t i = 0; i < USUAL && usual[i] && st == CST_OK; i++) {
    char *path = cst_path_join(root, usual[i]);
    if (!path || (cst_file_exists(path) && cst_names_add(found, usual[i]) == CST_NONE))
      st = cst_no_memory("tables", 1, 1);
    cst_free(path);
  }
  return st;
}

static cst_status find_tables(cst_read_layout layout, cst_set set, const char *root,
                              const cst_names *here, cst_names *found)
{
  cst_status st = CST_OK;
  const char *const *usual = layouts[layout].usual[set == CST_SET_EVALUATION];
  cst_names looked_for = {0};
  char list[512];
  if (layout == CST_READ_CSV && set == CST_SET_DEVELOPMENT) return find_only_csv(root, here, found);
  CST_TRY(find_usual(root, usual, found));
  if (found->n > 0 || set == CST_SET_EVALUATION) goto done;
  for (size_t i = 0; i < USUAL && usual[i]; i++)
    if (cst_names_add(&looked_for, usual[i]) == CST_NONE) CST_TRY(cst_no_memory("tables", 1, 1));
  CST_FAIL(CST_ERR_DATA,
           "%s: none of the usual tables (%s); check %s, or name the tables in dataset.metadata",
           root, cst_names_list(&looked_for, USUAL, sizeof list, list),
           set == CST_SET_PRETRAIN ? "dataset.pretrain_root" : "dataset.root");
done:
  cst_names_reset(&looked_for);
  return st;
}

cst_status cst_layout_read(cst_read_layout layout, cst_set set, const char *root,
                           const cst_names *here, const char *const *names, size_t n, records *out)
{
  cst_status st = CST_OK;
  cst_names found = {0};
  const record_columns *columns = &layouts[layout].columns;
  for (size_t i = 0; i < n; i++)
    if (cst_names_add(&found, names[i]) == CST_NONE) CST_TRY(cst_no_memory("tables", n, 1));
  if (n == 0) CST_TRY(find_tables(layout, set, root, here, &found));
  for (size_t i = 0; i < found.n; i++)
    CST_TRY(cst_records_add(out, root, found.item[i], columns, part_of(layout, found.item[i])));
  if (out->tables > 0 && set != CST_SET_EVALUATION)
    CST_TRY(cst_records_need(out, columns, FACT_SCENE));
  if (layout != CST_READ_TAU) cst_records_warn_partial(out); /* TAU's folds list a subset */
done:
  cst_names_reset(&found);
  return st;
}
