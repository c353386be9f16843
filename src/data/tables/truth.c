/* Truth tables: the labels that training does not see.  Contract in cassette/dataset.h. */
#include "cassette/file.h"
#include "cassette/memory.h"
#include "cassette/table.h"
#include "cassette/utf8.h"
#include "layout.h"
#include "look_alike.h"
#include "nearest.h"

#include <string.h>

static cst_status find_class(const cst_table *t, size_t row, int label, const cst_dataset *data,
                             int *out)
{
  cst_status st = CST_OK;
  char near[128];
  char *name = cst_utf8_name(cst_table_field(t, row, label));
  if (!name) CST_TRY(cst_no_memory("a label", 1, 1));
  *out = *name ? cst_names_find(&data->scenes, name) : CST_NONE;
  if (*name && *out == CST_NONE)
    CST_FAIL(CST_ERR_DATA, "%s:%zu: scene_label '%.200s' is no class of the data set%s",
             cst_table_name(t), cst_table_line(t, row), name,
             cst_means_nothing(name) ? "; leave the field empty where the truth is not known"
                                     : cst_did_you_mean(&data->scenes, name, near));
done:
  cst_free(name);
  return st;
}

static cst_status read_row(const cst_table *t, size_t row, int file, int label,
                           const cst_dataset *data, const cst_names *ids, int *scene)
{
  cst_status st = CST_OK;
  char near[128];
  int truth;
  const char *id = cst_table_field(t, row, file);
  const size_t line = cst_table_line(t, row);
  const int clip = cst_names_find(ids, id);
  if (clip == CST_NONE)
    return cst_raise(CST_ERR_DATA,
                     "%s:%zu: clip '%.200s' is in no development or evaluation table%s",
                     cst_table_name(t), line, id, cst_did_you_mean(ids, id, near));
  CST_TRY(find_class(t, row, label, data, &truth));
  if (truth == CST_NONE) return CST_OK;
  const int own = data->clip[clip].scene;
  if (own != CST_NONE && own != truth)
    return cst_raise(CST_ERR_DATA,
                     "%s:%zu: clip '%s' is '%s' here, but '%s' in the metadata; correct one",
                     cst_table_name(t), line, id, data->scenes.item[truth], data->scenes.item[own]);
  if (scene[clip] != CST_NONE)
    return cst_raise(CST_ERR_DATA, "%s:%zu: clip '%s' is there twice; remove one of the two",
                     cst_table_name(t), line, id);
  scene[clip] = truth;
done:
  return st;
}

cst_status cst_truth_read(const char *path, const cst_dataset *self, int *scene)
{
  cst_status st = CST_OK;
  cst_table *table = NULL;
  cst_names ids = {0};
  static const char *const names[] = {"filename", "scene_label"};
  int column[2];
  for (size_t i = 0; i < self->n; i++) scene[i] = CST_NONE;
  cst_input_keep(path);
  CST_TRY(cst_table_read(path, 0, &table));
  for (int i = 0; i < 2; i++) CST_TRY(cst_table_need(table, names[i], &column[i]));
  CST_TRY(cst_table_tell(table, names, column, 2));
  CST_TRY(cst_dataset_ids(self, &ids));
  for (size_t row = 0; row < cst_table_rows(table); row++)
    CST_TRY(read_row(table, row, column[0], column[1], self, &ids, scene));
done:
  cst_names_reset(&ids);
  cst_table_destroy(&table);
  return st;
}
