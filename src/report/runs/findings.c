/* Contract in findings.h. */
#include "findings.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const cst_json *run_metric(const run_files *run, const char *key)
{
  return cst_json_get(run->metrics, key);
}

cst_status run_classes(const run_files *run, const char ***names, size_t *n)
{
  cst_status st = CST_OK;
  const cst_json *classes = run_metric(run, "classes");
  *n = cst_json_size(classes);
  CST_ALLOC(*names, *n);
  for (size_t k = 0; k < *n; k++) (*names)[k] = cst_json_string(cst_json_at(classes, k), "?");
done:
  return st;
}

int64_t run_class_clips(const run_files *run, size_t k)
{
  const cst_json *row = cst_json_at(run_metric(run, "confusion"), k);
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
  const cst_json *classes = run_metric(run, "classes");
  if (!config_lines_has(&run->config, "dataset.layout: cas")) return false;
  for (size_t k = 0; k < cst_json_size(classes); k++)
    if (!published(cst_json_string(cst_json_at(classes, k), ""))) return false;
  return cst_json_size(classes) > 0;
}

/* Cores are taken until the slowest rank is done. */
static double core_seconds(const cst_json *start)
{
  const cst_json *timings = cst_json_get(start, "timings"), *phase;
  const double ranks = cst_json_get_number(start, "ranks", NAN);
  const double threads = cst_json_get_number(start, "threads", NAN);
  double sum = 0.0;
  for (size_t i = 0; cst_json_member(timings, i, &phase); i++)
    sum += ranks * threads * cst_json_get_number(phase, "max", 0.0);
  return sum;
}

double run_core_seconds(const run_files *run)
{
  const cst_json *segments = cst_json_get(run->record, "segments");
  double sum = 0.0;
  if (!run->record) return NAN;
  if (cst_json_get(run->record, "timings")) return core_seconds(run->record);
  for (size_t i = 0; i < cst_json_size(segments); i++)
    sum += core_seconds(cst_json_at(segments, i));
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
