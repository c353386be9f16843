/*
 * The final models of a run.  The run is looked at, not taken: another job may be working in it, and
 * its recordings may be gone.
 */
#include "classifier_parts.h"

#include "cassette/build_info.h"
#include "cassette/checkpoint.h"
#include "cassette/fold_knowledge.h"
#include "cassette/job_open.h"
#include "cassette/job_strategy.h"
#include "cassette/memory.h"
#include "cassette/model_knowledge.h"
#include "cassette/spelling.h"
#include "cassette/trained.h"

#include <string.h>

/* The folds that answer: all, or the one of that name. */
static cst_status choose_folds(const cst_job *job, const char *fold, cst_folds *out)
{
  cst_status st = CST_OK;
  const char **names = NULL;
  const size_t n = job->folds.n;
  *out = job->folds;
  if (!fold) goto done;
  CST_ALLOC(names, n);
  for (size_t f = 0; f < n; f++) {
    names[f] = job->folds.fold[f].name;
    if (strcmp(names[f], fold) != 0) continue;
    *out = (cst_folds){.fold = &job->folds.fold[f], .n = 1};
    goto done;
  }
  const char *near = cst_nearest(fold, n, names);
  st = cst_raise(CST_ERR_USAGE, "%s: no fold '%.80s' in this run; %s'%s'%s", job->dir, fold,
                 near ? "did you mean " : "it has ", near ? near : names[0],
                 near || n == 1 ? "" : " and others, see split.txt");
done:
  cst_free(names);
  return st;
}

/* --- provenance; rank 0 --- */

/* Read DIR/name if it is there and whole: what is missing of it is not told. */
static cst_json *read_json(const char *dir, const char *name)
{
  char *path = cst_path_join(dir, name);
  cst_json *json = NULL;
  if (path && cst_file_exists(path) && cst_json_read(path, &json) != CST_OK) cst_clear();
  cst_free(path);
  return json;
}

static void copy(cst_json *to, const cst_json *from, const char *key)
{
  char *text = NULL;
  cst_json *value = NULL;
  const cst_json *member = cst_json_get(from, key);
  if (member && cst_json_text(member, 0, &text) == CST_OK &&
      cst_json_parse(text, strlen(text), key, &value) == CST_OK)
    cst_json_set(to, key, value);
  cst_free(text);
}

/* What evaluation found of the model of @p fold with that @p digest; NULL: nothing. */
static const cst_json *find_scores(const cst_json *metrics, const cst_fold *fold,
                                   const char *digest)
{
  const cst_json *folds = cst_json_get(metrics, "folds");
  for (size_t i = 0; i < cst_json_size(folds); i++) {
    const cst_json *f = cst_json_at(folds, i);
    if (strcmp(cst_json_get_string(f, "name", ""), fold->name) == 0 &&
        strcmp(cst_json_get_string(f, "model", ""), digest) == 0)
      return f;
  }
  return NULL;
}

/* *scored: what evaluation found of it, borrowed from @p metrics. */
static cst_json *describe_network(const cst_job *job, const cst_trained *model,
                                  const cst_json *metrics, const cst_json **scored)
{
  static const char *const keys[] = {"round", "epoch", "validation_macro_accuracy"};
  static const char *const scores[] = {"macro_accuracy", "ci95", "clips", "sessions"};
  cst_json *json = cst_json_object(), *held_out = cst_json_array(), *manifest = NULL;
  const cst_names *cities = &job->data->cities;
  char *path = cst_trained_path(job, model);
  char *manifest_path = path ? cst_checkpoint_manifest_path(path) : NULL;
  cst_json_set_string(json, "fold", model->fold->name);
  for (size_t c = 0; c < cities->n; c++)
    if (model->fold->held_out[c]) cst_json_append_string(held_out, cities->item[c]);
  cst_json_set(json, "held_out", held_out);
  cst_json_set_string(json, "stage", cst_stage_name(model->stage));
  if (manifest_path && cst_json_read(manifest_path, &manifest) != CST_OK) cst_clear();
  const char *digest = cst_json_get_string(manifest, "digest", "");
  cst_json_set_string(json, "checkpoint", digest);
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) copy(json, manifest, keys[k]);
  *scored = find_scores(metrics, model->fold, digest);
  for (size_t k = 0; k < sizeof scores / sizeof *scores; k++) copy(json, *scored, scores[k]);
  cst_json_destroy(&manifest);
  cst_free(manifest_path);
  cst_free(path);
  return json;
}

/* By which program it was trained. */
static void add_record(cst_json *to, const char *dir)
{
  static const char *const keys[] = {"version", "commit", "kernels", "numerics"};
  cst_json *record = read_json(dir, "record.json");
  const cst_json *segments = cst_json_get(record, "segments");
  const cst_json *last = cst_json_at(segments, cst_json_size(segments) - 1);
  cst_json *trained = cst_json_object();
  for (size_t k = 0; last && k < sizeof keys / sizeof *keys; k++) copy(trained, last, keys[k]);
  cst_json_set(to, "trained_by", trained);
  cst_json_destroy(&record);
}

static void add_headline(cst_json *to, const cst_json *metrics)
{
  cst_json *all = cst_json_object();
  copy(all, metrics, "macro_accuracy");
  copy(all, metrics, "ci95");
  copy(all, metrics, "clips");
  cst_json_set(to, "held_out", all);
}

static cst_json *describe(const cst_job *job, const cst_trained *models, size_t n)
{
  const cst_config *c = job->config;
  cst_json *json = cst_json_object(), *networks = cst_json_array();
  cst_json *metrics = read_json(job->dir, "metrics.json");
  const cst_json *scored = NULL; /* of the only network, or of all */
  bool all = true;
  cst_json_set_string(json, "name", c->name);
  cst_json_set_string(json, "strategy", c->strategy.name);
  cst_json_set_integer(json, "seed", c->seed);
  cst_json_set_string(json, "adapt", cst_adapt_text(c->evaluate.adapt));
  cst_json_set_string(json, "trained_on", job->data_digest);
  cst_json_set_string(json, "configuration", job->config_digest);
  add_record(json, job->dir);
  for (size_t i = 0; i < n; i++) {
    cst_json_append(networks, describe_network(job, &models[i], metrics, &scored));
    all = all && scored;
  }
  cst_json_set(json, "networks", networks);
  if (n > 1) scored = all ? metrics : NULL;
  if (n > 1 && scored) add_headline(json, metrics);
  cst_json_set(json, "temperature", classifier_temperature(c, metrics, scored));
  cst_json_destroy(&metrics);
  return json;
}

/* What decides whether the models may answer beside another run, or teach it. */
static cst_status add_knowledge(const cst_job *job, const cst_trained *models, size_t n,
                                cst_json *to)
{
  cst_status st = CST_OK;
  const cst_config *c = job->config;
  char data[CST_DIGEST_HEX], (*digest)[2][CST_DIGEST_HEX] = NULL;
  cst_model_fold *folds = NULL;
  CST_ALLOC(folds, n);
  CST_ALLOC(digest, n);
  CST_TRY(cst_dataset_scored_digest(job->data, data));
  for (size_t i = 0; i < n; i++) {
    CST_TRY(cst_fold_labels_digest(job, models[i].fold, digest[i][0]));
    CST_TRY(cst_fold_tested_digest(job, models[i].fold, digest[i][1]));
    folds[i] = (cst_model_fold){models[i].fold->name, digest[i][0], digest[i][1]};
  }
  const cst_model_knowledge knows = {.scored_data = data,
                                     .tier = cst_tier_text(cst_job_tier(c, c->strategy.name)),
                                     .transductive = c->split.spec.transductive,
                                     .folds = {folds, n}};
  cst_json_set(to, "knows", cst_rows_json(&cst_model_knowledge_shape, &knows));
done:
  cst_free(digest);
  cst_free(folds);
  return st;
}

/* --- the models --- */

static cst_status copy_names(const cst_names *from, cst_names *to)
{
  for (size_t k = 0; k < from->n; k++)
    if (cst_names_add(to, from->item[k]) == CST_NONE) return cst_no_memory("classes", from->n, 1);
  return CST_OK;
}

static cst_status load(cst_classifier *self, const cst_job *job, const cst_trained *models,
                       size_t n)
{
  cst_status st = CST_OK;
  self->network = cst_alloc(n, sizeof *self->network);
  CST_TRY(cst_comm_agree(self->comm, self->network ? CST_OK : cst_no_memory("networks", n, 1)));
  self->networks = n;
  for (size_t i = 0; i < n; i++) {
    CST_TRY(cst_network_load(job, &models[i], false, job->data->scenes.n, &self->network[i]));
    /* nobody tells the city of a recording that comes along */
    CST_TRY(cst_comm_agree(self->comm,
                           cst_network_forget(job, job->data->scenes.n, &self->network[i])));
  }
done:
  return st;
}

static cst_status adopt(cst_classifier *self, cst_job *job, const char *fold)
{
  cst_status st = CST_OK;
  cst_folds chosen, all = job->folds;
  cst_trained_fold *found = NULL;
  cst_trained *models = NULL;
  CST_TRY(cst_comm_agree(self->comm, choose_folds(job, fold, &chosen)));
  job->folds = chosen;
  st = cst_trained_find(job, false, &found);
  job->folds = all;
  if (st != CST_OK) goto done;
  models = cst_alloc(chosen.n, sizeof *models);
  CST_TRY(cst_comm_agree(self->comm, models ? CST_OK : cst_no_memory("models", chosen.n, 1)));
  for (size_t f = 0; f < chosen.n; f++)
    models[f] = cst_trained_of(&chosen.fold[f], found[f].stage[found[f].n - 1]);
  CST_TRY(load(self, job, models, chosen.n));
  if (cst_job_root(job)) {
    self->about = describe(job, models, chosen.n);
    st = add_knowledge(job, models, chosen.n, self->about);
  }
  st = cst_comm_agree(self->comm, st);
done:
  cst_free(models);
  cst_free(found);
  return st;
}

cst_status classifier_from_run(cst_classifier *self, const char *dir, const char *fold)
{
  cst_status st = CST_OK;
  cst_config *config = NULL;
  cst_job *job = NULL;
  CST_TRY(cst_job_look(self->comm, dir, self->threads, &config, &job));
  CST_TRY(cst_comm_agree(self->comm, copy_names(&job->data->scenes, &self->classes)));
  CST_TRY(cst_comm_agree(self->comm,
                         cst_config_text_of(config, classifier_defining, &self->definition)));
  CST_TRY(cst_comm_agree(self->comm, cst_config_text(config, &self->configuration)));
  CST_TRY(cst_comm_agree(self->comm, classifier_define(self, dir)));
  CST_TRY(adopt(self, job, fold));
  CST_TRY(cst_comm_agree_alike(self->comm, classifier_calibrate(self, dir)));
  CST_TRY(cst_comm_agree(self->comm, classifier_digest(self, self->digest)));
done:
  cst_job_close(&job);
  cst_config_destroy(&config);
  return st;
}
