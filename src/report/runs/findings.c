/* Contract in findings.h. */
#include "findings.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

cst_status run_classes(const run_files *run, const char ***names, size_t *n)
{
  cst_status st = CST_OK;
  const cst_json *classes = run->metrics.classes;
  *n = cst_json_size(classes);
  CST_ALLOC(*names, *n);
  for (size_t k = 0; k < *n; k++) (*names)[k] = cst_json_string(cst_json_at(classes, k), "?");
done:
  return st;
}

int64_t run_class_clips(const run_files *run, size_t k)
{
  const cst_json *row = cst_json_at(run->metrics.figures.confusion, k);
  double sum = 0.0;
  if (!row) return -1;
  for (size_t j = 0; j < cst_json_size(row); j++) sum += cst_json_number(cst_json_at(row, j), 0.0);
  return llround(sum);
}

static const cst_published *published(const char *scene)
{
  for (size_t i = 0; i < sizeof cst_paper_table2 / sizeof *cst_paper_table2; i++)
    if (strcmp(cst_paper_table2[i].scene, scene) == 0) return &cst_paper_table2[i];
  return NULL;
}

double run_published(const char *scene)
{
  const cst_published *p = published(scene);
  return p ? p->accuracy : NAN;
}

bool run_is_comparable(const run_files *run)
{
  const cst_json *classes = run->metrics.classes;
  if (!config_lines_has(&run->config, "dataset.layout: cas")) return false;
  for (size_t k = 0; k < cst_json_size(classes); k++)
    if (!published(cst_json_string(cst_json_at(classes, k), ""))) return false;
  return cst_json_size(classes) > 0;
}

/* Cores are taken until the slowest rank is done. */
static double core_seconds(const cst_record_segment *start)
{
  double sum = 0.0;
  cst_phase_time time;
  for (size_t i = 0; cst_record_phase_at(start, i, &time); i++)
    if (isfinite(time.max)) sum += (double)(start->ranks * start->threads) * time.max;
  return start->ranks > 0 && start->threads > 0 ? sum : NAN;
}

double run_core_seconds(const run_files *run)
{
  double sum = 0.0;
  for (size_t i = 0; i < run->record.segments.n; i++) {
    const cst_record_segment *start = &run->record.segments.item[i];
    if (cst_json_size(start->timings) > 0) sum += core_seconds(start);
  }
  return sum > 0.0 ? sum : NAN;
}

double run_labels(const run_files *self)
{
  static const char key[] = "dataset.hide_labels: ";
  for (size_t i = 0; i < self->config.n; i++)
    if (strncmp(self->config.line[i], key, strlen(key)) == 0)
      return 1.0 - strtod(self->config.line[i] + strlen(key), NULL);
  return 1.0;
}
