/* Contract in job_teachers.h. */
#include "cassette/job_teachers.h"

#include "cassette/job_strategy.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/named_run.h"
#include "cassette/teacher_run.h"

#include <string.h>

static const char FOLD[] = "{fold}";

bool cst_job_teachers_by_fold(const cst_config *c)
{
  for (size_t i = 0; i < c->teacher.files.n; i++)
    if (!strstr(c->teacher.files.item[i], FOLD)) return false;
  return true;
}

static cst_json *list_json(const cst_strings *names)
{
  cst_json *list = cst_json_array();
  for (size_t i = 0; i < names->n; i++) cst_json_append_string(list, names->item[i]);
  return list;
}

void cst_job_teachers_note(const cst_job *self, bool digests, cst_teachers_note *out)
{
  const cst_config *c = self->config;
  cst_json *by_fold = NULL;
  cst_rows_init(&cst_teachers_note_shape, out);
  if (!cst_job_has_tables(c)) return;
  if (digests) by_fold = cst_json_object();
  for (size_t f = 0; by_fold && f < self->folds.n; f++)
    cst_json_set_string(by_fold, self->folds.fold[f].name, self->teachers[f]);
  *out = (cst_teachers_note){.there = true,
                             .files = list_json(&c->teacher.files),
                             .runs = list_json(&c->teacher.runs),
                             .by_fold = cst_job_teachers_by_fold(c),
                             .digests = by_fold};
}

/* --- where the tables are --- */

/* @p pattern with the fold's name; new. */
static cst_status insert_fold(const char *pattern, const cst_fold *fold, char **out)
{
  cst_status st = CST_OK;
  char name[CST_SAFE_NAME_BYTES];
  cst_text text = {0};
  cst_safe_name(fold->name, name);
  for (const char *at; (at = strstr(pattern, FOLD)); pattern = at + strlen(FOLD)) {
    cst_text_add_bytes(&text, pattern, (size_t)(at - pattern));
    cst_text_add(&text, "%s", name);
  }
  cst_text_add(&text, "%s", pattern);
  CST_TRY(cst_text_status(&text));
  *out = cst_strdup(text.data);
  if (!*out) st = cst_no_memory("a path", text.bytes, 1);
done:
  cst_text_reset(&text);
  return st;
}

static void free_paths(char **path, size_t n)
{
  for (size_t i = 0; path && i < n; i++) cst_free(path[i]);
  cst_free(path);
}

/* Of the tables of a fold, [files.n + runs.n]; new. */
static cst_status list_tables(const cst_job *self, const cst_fold *fold, char ***out)
{
  cst_status st = CST_OK;
  const cst_strings *files = &self->config->teacher.files, *runs = &self->config->teacher.runs;
  char **path = NULL, *dir = NULL, *relative = cst_teacher_run_table(fold);
  if (!relative) CST_TRY(cst_no_memory("a path", 1, 1));
  CST_ALLOC(path, files->n + runs->n);
  for (size_t i = 0; i < files->n; i++) CST_TRY(insert_fold(files->item[i], fold, &path[i]));
  for (size_t i = 0; i < runs->n; i++) {
    CST_TRY(cst_named_run_dir(self, runs->item[i], &dir));
    path[files->n + i] = cst_path_join(dir, relative);
    if (!path[files->n + i]) CST_TRY(cst_no_memory("a path", 1, 1));
    cst_free(dir);
    dir = NULL;
  }
done:
  cst_free(dir);
  cst_free(relative);
  if (st != CST_OK) {
    free_paths(path, files->n + runs->n);
    path = NULL;
  }
  *out = path;
  return st;
}

/* --- what they say --- */

static cst_status read_tables(const cst_job *self, const cst_fold *fold, cst_teacher *out)
{
  const cst_config *c = self->config;
  const size_t n = c->teacher.files.n + c->teacher.runs.n;
  char **path = NULL;
  cst_status st = list_tables(self, fold, &path);
  if (st == CST_OK)
    st = cst_teacher_read(n, (const char *const *)path, c->teacher.values, self->data, out);
  free_paths(path, n);
  return st;
}

typedef struct {
  size_t clips, judged;
} coverage;

static coverage count_judged(const cst_teacher *t, const cst_fold *fold, cst_role role)
{
  coverage c = {0};
  for (size_t i = 0; i < t->n; i++)
    if (cst_role_is(fold->role[i], role)) {
      c.clips++;
      c.judged += t->tables[i] > 0;
    }
  return c;
}

static cst_status say_coverage(const cst_job *self, const cst_fold *fold, const cst_teacher *t,
                               cst_text *report)
{
  const coverage l = count_judged(t, fold, CST_ROLE_TRAIN),
                 u = count_judged(t, fold, CST_ROLE_UNLABELLED);
  const size_t wanted = u.clips + (self->views.taught ? l.clips : 0);
  const size_t judged = u.judged + (self->views.taught ? l.judged : 0);
  char *line =
      self->views.taught
          ? cst_format("fold %s: teachers judge %zu of %zu labelled and %zu of %zu unlabelled "
                       "clips; %zu are in no table",
                       fold->name, l.judged, l.clips, u.judged, u.clips, wanted - judged)
          : cst_format("fold %s: teachers judge %zu of %zu unlabelled clips; %zu are in no "
                       "table",
                       fold->name, u.judged, u.clips, wanted - judged);
  if (!line) return cst_no_memory("a message", 1, 1);
  cst_log(judged < wanted ? CST_LOG_WARN : CST_LOG_INFO, "%s", line);
  if (report) cst_text_add(report, "%s\n", line);
  cst_free(line);
  if (judged > 0 || wanted == 0) return CST_OK;
  return cst_raise(
      CST_ERR_DATA,
      "fold %s: no clip that strategy %s could learn of is in the tables of teacher.files "
      "and teacher.runs",
      fold->name, self->config->strategy.name);
}

static cst_status check_fold(const cst_job *self, size_t f, cst_text *report)
{
  const cst_fold *fold = &self->folds.fold[f];
  cst_teacher t = {0};
  cst_status st = read_tables(self, fold, &t);
  if (st == CST_OK) {
    memcpy(self->teachers[f], t.digest, sizeof t.digest);
    st = say_coverage(self, fold, &t, report);
  }
  cst_teacher_reset(&t);
  return st;
}

/* Where cities are held out: tables that cannot tell folds apart, or that do not. */
static void warn_of_leaks(const cst_job *self)
{
  const cst_config *c = self->config;
  const cst_fold *fold = self->folds.fold;
  if (c->split.spec.protocol == CST_SPLIT_OFFICIAL) return;
  for (size_t i = 0; i < c->teacher.files.n; i++)
    if (!strstr(c->teacher.files.item[i], FOLD))
      cst_log(
          CST_LOG_WARN,
          "teacher.files: %s is the same for every fold, and a teacher that trained on a held-out "
          "city leaks; give each fold its own, as in eat-{fold}.csv",
          c->teacher.files.item[i]);
  for (size_t i = 0; i < self->folds.n; i++)
    for (size_t j = 0; j < i && cst_job_teachers_by_fold(c); j++)
      if (strcmp(self->teachers[i], self->teachers[j]) == 0)
        cst_log(
            CST_LOG_WARN,
            "teacher.files: folds %s and %s have the same tables, and a teacher that trained on a "
            "held-out city leaks",
            fold[j].name, fold[i].name);
}

static cst_status check_all(const cst_job *self, cst_text *report)
{
  cst_status st = CST_OK;
  for (size_t i = 0; i < self->config->teacher.runs.n; i++)
    CST_TRY(cst_teacher_run_check(self, self->config->teacher.runs.item[i]));
  for (size_t f = 0; f < self->folds.n; f++) CST_TRY(check_fold(self, f, report));
  warn_of_leaks(self);
done:
  return st;
}

cst_status cst_job_check_teachers(cst_job *self, cst_text *report)
{
  cst_status st = CST_OK;
  if (!cst_job_has_tables(self->config) || (self->teachers && !report)) return CST_OK;
  cst_free(self->teachers);
  self->teachers = NULL;
  CST_ALLOC(self->teachers, self->folds.n);
  if (cst_job_root(self)) st = check_all(self, report);
done:
  st = cst_comm_agree(self->comm, st);
  if (st == CST_OK)
    cst_comm_broadcast(self->comm, self->teachers, self->folds.n * sizeof *self->teachers);
  return st;
}

static cst_status check_same(const cst_job *self, const cst_fold *fold, const cst_teacher *t)
{
  const char *checked = self->teachers[fold - self->folds.fold];
  if (strcmp(checked, t->digest) == 0) return CST_OK;
  return cst_raise(
      CST_ERR_DATA,
      "fold %s: its tables of teacher.files and teacher.runs have changed since the job "
      "began (digest %s, now %s)",
      fold->name, checked, t->digest);
}

cst_status cst_job_read_teachers(const cst_job *self, const cst_fold *fold, cst_teacher *out)
{
  cst_status st = CST_OK;
  const size_t n = self->data->n, K = self->data->scenes.n;
  *out = (cst_teacher){0};
  if (cst_job_root(self)) {
    st = read_tables(self, fold, out);
    if (st == CST_OK) st = check_same(self, fold, out);
  } else {
    *out = (cst_teacher){.n = n, .K = K};
    CST_ALLOC(out->p, n * K);
    CST_ALLOC(out->tables, n);
  }
done:
  st = cst_comm_agree(self->comm, st);
  if (st == CST_OK) {
    cst_comm_broadcast(self->comm, out->p, n * K * sizeof *out->p);
    cst_comm_broadcast(self->comm, out->tables, n * sizeof *out->tables);
  } else {
    cst_teacher_reset(out);
  }
  return st;
}
