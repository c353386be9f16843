/* The most confident mistakes, with their sound where it is within reach. */
#include "links.h"
#include "sections.h"

#include "cassette/memory.h"
#include "cassette/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 12 };

typedef struct {
  const char *clip, *truth, *predicted; /* borrowed from the table */
  double confidence;
} mistake;

/* The greatest first; the order of the table, which is that of folds and clips, decides equal ones. */
static void insert(mistake *list, size_t *n, const mistake *m)
{
  size_t at = *n;
  while (at > 0 && m->confidence > list[at - 1].confidence) at--;
  if (at == MOST) return;
  if (*n < MOST) ++*n;
  memmove(list + at + 1, list + at, (*n - 1 - at) * sizeof *list);
  list[at] = *m;
}

/* The column of a class's probability, by its exact name. */
static int find_probability(const cst_table *t, const char *scene)
{
  for (size_t c = 0; c < cst_table_columns(t); c++) {
    const char *heading = cst_table_heading(t, c);
    if (strncmp(heading, "p ", 2) == 0 && strcmp(heading + 2, scene) == 0) return (int)c;
  }
  return -1;
}

static cst_status find_mistakes(const cst_table *t, mistake *list, size_t *n)
{
  enum { CLIP, TRUTH, PREDICTED, COUNTS, COLUMNS };
  static const char *const name[] = {"clip", "truth", "predicted", "counts"};
  cst_status st = CST_OK;
  int column[COLUMNS];
  for (int c = 0; c < COLUMNS; c++) CST_TRY(cst_table_need(t, name[c], &column[c]));
  for (size_t i = 0; i < cst_table_rows(t); i++) {
    mistake m = {.clip = cst_table_field(t, i, column[CLIP]),
                 .truth = cst_table_field(t, i, column[TRUTH]),
                 .predicted = cst_table_field(t, i, column[PREDICTED])};
    if (strcmp(cst_table_field(t, i, column[COUNTS]), "1") != 0 ||
        strcmp(m.truth, m.predicted) == 0)
      continue;
    const int at = find_probability(t, m.predicted);
    if (at < 0)
      CST_FAIL(CST_ERR_DATA, "%s line %zu: has no column of probabilities for '%.80s'",
               cst_table_name(t), cst_table_line(t, i), m.predicted);
    m.confidence = strtod(cst_table_field(t, i, at), NULL);
    insert(list, n, &m);
  }
done:
  return st;
}

static const cst_clip *find_clip(const cst_dataset *data, const char *id)
{
  for (size_t i = 0; data && i < data->n; i++)
    if (data->clip[i].set != CST_SET_PRETRAIN && strcmp(data->clip[i].id, id) == 0)
      return &data->clip[i];
  return NULL;
}

static cst_status add_row(pen *page, const run_files *run, const mistake *m)
{
  cst_status st = CST_OK;
  const cst_clip *clip = find_clip(run->data, m->clip);
  cst_text link = {0};
  pen_row(page);
  pen_cell(page);
  CST_TRY(link_to_sound(run, clip ? clip->path : NULL, &link));
  if (link.bytes > 0)
    pen_link(page, link.data, m->clip);
  else
    pen_name(page, m->clip);
  pen_cell(page);
  pen_name(page, m->truth);
  pen_cell(page);
  pen_name(page, m->predicted);
  pen_cell(page);
  pen_percent(page, m->confidence);
  pen_cell(page);
  pen_name(page, clip && clip->city != CST_NONE ? run->data->cities.item[clip->city] : "–");
done:
  cst_text_reset(&link);
  return st;
}

cst_status section_mistakes(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  char *path = cst_path_join(run->dir, "predictions/held-out.csv");
  cst_table *table = NULL;
  mistake list[MOST];
  size_t n = 0;
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  if (!run_is_scored(run) || !cst_file_exists(path)) goto done;
  CST_TRY(cst_table_read(path, ',', &table));
  CST_TRY(find_mistakes(table, list, &n));
  if (n == 0) goto done;
  pen_section(page, "mistakes", "Confident mistakes");
  pen_paragraph(page);
  pen_say(page,
          "The wrong answers that were given with most confidence. Where the recordings can be "
          "reached from the run directory, names lead to them: by ear one often finds why.");
  pen_end_paragraph(page);
  pen_table(page, "Most confident mistakes");
  pen_column(page, 'l', "recording");
  pen_column(page, 'l', "is");
  pen_column(page, 'l', "taken for");
  pen_column(page, 'r', "confidence");
  pen_column(page, 'l', "city");
  for (size_t i = 0; i < n; i++) CST_TRY(add_row(page, run, &list[i]));
  pen_end_table(page);
done:
  cst_table_destroy(&table);
  cst_free(path);
  return st;
}
