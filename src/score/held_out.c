/* What a comparison of runs needs of each: its answer to every held-out clip, and digests that say
 * whether the runs had the same data, features and splits.  Contract in held_out.h. */
#include "held_out.h"

#include "answer_table.h"
#include "scoring_sets.h"

#include "cassette/digest.h"
#include "cassette/job_strategy.h"
#include "cassette/job_teachers.h"
#include "cassette/memory.h"
#include "cassette/model_manifest.h"
#include "cassette/strategy.h"
#include "cassette/table.h"

#include <stdio.h>
#include <string.h>

static void add_header(const cst_names *scenes, cst_text *out)
{
  cst_text_add(out, "clip,fold,session,truth,predicted,counts");
  for (size_t k = 0; k < scenes->n; k++) {
    char *column = cst_format("p %s", scenes->item[k]);
    cst_text_add(out, ",");
    out->failed = out->failed || !column;
    cst_csv_add(out, column ? column : "");
    cst_free(column);
  }
  cst_text_add(out, "\n");
}

/* A clip counts in the pooled figures if its class was trained on. */
static void add_row(const cst_job *job, const fold_scores *s, size_t i, cst_text *out)
{
  const cst_names *scenes = &job->data->scenes;
  const cst_clip *clip = &job->data->clip[s->test_clip[i]];
  const cst_score *score = &s->test[i];
  const char *const fields[] = {clip->id, s->fold->name, job->data->sessions.item[clip->session],
                                scenes->item[score->truth], scenes->item[score->predicted]};
  for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
    cst_csv_add(out, fields[f]);
    cst_text_add(out, ",");
  }
  cst_text_add(out, "%d", scoring_counts(s, score));
  for (size_t k = 0; k < scenes->n; k++)
    cst_text_add(out, ",%.9g", (double)s->test_p[i * scenes->n + k]);
  cst_text_add(out, "\n");
}

/* Without labels any more there are no answers to compare, and no old ones either. */
static cst_status remove_answers(const cst_job *job)
{
  char *path = cst_job_path(job, "predictions/held-out.csv");
  const cst_status st = path ? cst_file_remove(path) : cst_no_memory("path", 1, 1);
  cst_free(path);
  return st;
}

/* Probabilities @p p32 [n][classes] in predictions/@p folder, by fold. */
static cst_status write_table(const cst_job *job, const char *folder, const cst_fold *fold,
                              const uint32_t *clips, size_t n, const float *p32)
{
  cst_status st = CST_OK;
  const size_t K = job->data->scenes.n;
  double *p = NULL;
  char *relative = answer_table_of_fold(folder, fold);
  if (!relative) CST_TRY(cst_no_memory("a path", 1, 1));
  CST_ALLOC(p, n * K);
  for (size_t i = 0; i < n * K; i++) p[i] = (double)p32[i];
  CST_TRY(answer_table_write(job, relative, clips, n, p));
done:
  cst_free(p);
  cst_free(relative);
  return st;
}

/* Of held-out clips for ensembles and as somebody's teacher, of validation clips for whoever would
 * calibrate in another way. */
static cst_status write_tables(const cst_job *job, const fold_scores *s)
{
  cst_status st = CST_OK;
  if (s->n_test > 0)
    CST_TRY(write_table(job, "held-out", s->fold, s->test_clip, s->n_test, s->test_p));
  if (s->n_validation > 0)
    CST_TRY(write_table(job, "validation", s->fold, s->validation_clip, s->n_validation,
                        s->validation_p));
done:
  return st;
}

cst_status held_out_write(const cst_job *job, const fold_scores *final, size_t folds)
{
  cst_status st = CST_OK;
  cst_text text = {0};
  size_t rows = 0;
  add_header(&job->data->scenes, &text);
  for (size_t f = 0; f < folds; f++) {
    for (size_t i = 0; i < final[f].n_test; i++) add_row(job, &final[f], i, &text);
    CST_TRY(write_tables(job, &final[f]));
    rows += final[f].n_test;
  }
  if (rows > 0)
    CST_TRY(cst_job_write_text(job, "predictions/held-out.csv", &text));
  else
    CST_TRY(remove_answers(job));
done:
  cst_text_reset(&text);
  return st;
}

static cst_status digest_features(const cst_job *job, char hex[CST_DIGEST_HEX])
{
  cst_status st = CST_OK;
  cst_digest *digest = NULL;
  CST_TRY(cst_digest_create(&digest));
  for (size_t i = 0; i < job->data->n; i++) {
    const cst_clip *clip = &job->data->clip[i];
    const uint32_t index = (uint32_t)i;
    const float *row;
    if (clip->set == CST_SET_PRETRAIN || !cst_audio_usable(clip->status)) continue;
    CST_TRY(cst_feature_source_get(job->source, &index, 1, &row));
    cst_digest_add(digest, row, job->spec.frames * job->spec.bins * sizeof *row);
  }
  cst_digest_hex(digest, hex);
done:
  cst_digest_destroy(&digest);
  return st;
}

cst_status held_out_provenance(const cst_job *job, provenance *digests, cst_metrics *out)
{
  cst_status st = CST_OK;
  const cst_config *c = job->config;
  cst_job_teachers_note(job, false, &out->teachers);
  CST_TRY(cst_dataset_scored_digest(job->data, digests->data));
  CST_TRY(digest_features(job, digests->features));
  out->seed = c->seed;
  out->strategy = c->strategy.name;
  out->tier = cst_tier_text(cst_job_tier(c, c->strategy.name));
  if (*c->ablation.setting) {
    out->setting = c->ablation.setting;
    out->reference = c->ablation.reference;
  }
  out->parameters = cst_json_share(job->parameters);
  out->digests.there = true;
  out->digests.data = digests->data;
  out->digests.features = digests->features;
done:
  return st;
}

static void keep(const char *from, char to[CST_DIGEST_HEX], const char **out)
{
  snprintf(to, CST_DIGEST_HEX, "%s", from ? from : "");
  *out = from ? to : NULL;
}

cst_status held_out_model_digest(const cst_job *job, const cst_trained *model,
                                 fold_provenance *digests, cst_fold_metrics *out)
{
  cst_status st = CST_OK;
  cst_json *document = NULL;
  cst_model_manifest manifest;
  char *path = cst_trained_path(job, model);
  if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
  CST_TRY(cst_model_manifest_read(path, &document, &manifest));
  keep(manifest.digest ? manifest.digest : "", digests->model, &out->model);
  keep(manifest.teacher, digests->teacher, &out->teacher);
done:
  cst_json_destroy(&document);
  cst_free(path);
  return st;
}

cst_status held_out_split_digest(const cst_job *job, const cst_fold *fold, fold_provenance *digests,
                                 cst_fold_metrics *out)
{
  cst_status st = CST_OK;
  cst_digest *digest = NULL;
  CST_TRY(cst_digest_create(&digest));
  for (size_t i = 0; i < job->data->n; i++) {
    if (job->data->clip[i].set == CST_SET_PRETRAIN) continue;
    const char *id = job->data->clip[i].id;
    cst_digest_add(digest, id, strlen(id) + 1);
    /* what is tested is the same, whether it trained or not: the tables of a comparison tell */
    const uint8_t role =
        fold->role[i] == CST_ROLE_TRANSDUCED ? (uint8_t)CST_ROLE_TEST : fold->role[i];
    cst_digest_add(digest, &role, 1);
  }
  cst_digest_hex(digest, digests->split);
  out->split = digests->split;
done:
  cst_digest_destroy(&digest);
  return st;
}
