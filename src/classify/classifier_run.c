/*
 * The final models of a run.  The run is looked at, not taken: another job may be working in it, and
 * its recordings may be gone.
 */
#include "classifier_parts.h"

#include "cassette/fold_knowledge.h"
#include "cassette/job_open.h"
#include "cassette/job_strategy.h"
#include "cassette/memory.h"
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

/* DIR/name if it is there and whole: what is missing of it is not told. */
static cst_json *read_json(const char *dir, const char *name)
{
  char *path = cst_path_join(dir, name);
  cst_json *json = NULL;
  if (path && cst_file_exists(path) && cst_json_read(path, &json) != CST_OK) cst_clear();
  cst_free(path);
  return json;
}

/* What evaluation found of the model of @p fold with that @p digest; NULL: nothing. */
static const cst_fold_metrics *find_scores(const cst_metrics *metrics, const cst_fold *fold,
                                           const char *digest)
{
  const cst_fold_metrics *f = cst_metrics_fold(metrics, fold->name);
  return f && f->model && digest && strcmp(f->model, digest) == 0 ? f : NULL;
}

static cst_model_scores scores_of(const cst_headline *h)
{
  return (cst_model_scores){.there = true,
                            .macro_accuracy = h->macro_accuracy,
                            .ci95 = {h->ci95[0], h->ci95[1]},
                            .clips = h->clips,
                            .sessions = h->sessions};
}

typedef struct {
  char labels[CST_DIGEST_HEX], tested[CST_DIGEST_HEX];
} fold_digests;

/* *scored: what evaluation found of it.  Texts are borrowed from *document, new, and *heard. */
static cst_status describe_network(const cst_job *job, const cst_trained *model,
                                   const cst_metrics *metrics, const cst_fold_metrics **scored,
                                   cst_json **document, fold_digests *heard, cst_model_network *out)
{
  cst_status st = CST_OK;
  cst_model_manifest manifest;
  const cst_names *cities = &job->data->cities;
  cst_json *held_out = cst_json_array();
  char *path = cst_trained_path(job, model);
  for (size_t c = 0; c < cities->n; c++)
    if (model->fold->held_out[c]) cst_json_append_string(held_out, cities->item[c]);
  out->fold = model->fold->name;
  out->held_out = held_out;
  out->stage = cst_stage_name(model->stage);
  CST_TRY(cst_fold_labels_digest(job, model->fold, heard->labels));
  CST_TRY(cst_fold_tested_digest(job, model->fold, heard->tested));
  out->labels = heard->labels;
  out->tested = heard->tested;
  if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
  if (cst_model_manifest_read(path, document, &manifest) != CST_OK) cst_clear();
  out->checkpoint = manifest.digest ? manifest.digest : "";
  out->round = manifest.round;
  out->epoch = manifest.epoch;
  out->validation_macro_accuracy = manifest.validation_macro_accuracy;
  *scored = find_scores(metrics, model->fold, manifest.digest);
  if (*scored) out->scores = scores_of(&(*scored)->last.figures.headline);
done:
  cst_free(path);
  return st;
}

/* The files of the run that the description is of, and of the models [n] theirs and what they heard. */
typedef struct {
  cst_json *metrics_document, *record_document, **manifest;
  fold_digests *heard;
  char scored_data[CST_DIGEST_HEX];
  cst_metrics metrics;
  cst_record_file record;
} sources;

static cst_status read_sources(const cst_job *job, size_t n, sources *out)
{
  cst_status st = CST_OK;
  *out = (sources){.metrics_document = read_json(job->dir, "metrics.json"),
                   .record_document = read_json(job->dir, "record.json")};
  CST_TRY(cst_rows_read(&cst_metrics_shape, out->metrics_document, &out->metrics));
  CST_TRY(cst_rows_read(&cst_record_file_shape, out->record_document, &out->record));
  CST_ALLOC(out->manifest, n);
  CST_ALLOC(out->heard, n);
  CST_TRY(cst_dataset_scored_digest(job->data, out->scored_data));
done:
  return st;
}

static void sources_reset(sources *self, size_t n)
{
  for (size_t i = 0; self->manifest && i < n; i++) cst_json_destroy(&self->manifest[i]);
  cst_free(self->manifest);
  cst_free(self->heard);
  cst_rows_reset(&cst_metrics_shape, &self->metrics);
  cst_rows_reset(&cst_record_file_shape, &self->record);
  cst_json_destroy(&self->metrics_document);
  cst_json_destroy(&self->record_document);
}

/* By which program it was trained. */
static void add_record(const cst_record_file *record, cst_model_about *out)
{
  const cst_record_segment *last = cst_record_last(record);
  out->trained_by.there = true;
  if (!last) return;
  out->trained_by.version = last->version;
  out->trained_by.commit = last->commit;
  out->trained_by.kernels = last->kernels;
  out->trained_by.numerics = last->numerics;
}

/* Each network, and all of them together. */
static cst_status add_networks(const cst_job *job, const cst_trained *models, size_t n,
                               const sources *from, cst_model_about *out)
{
  cst_status st = CST_OK;
  const cst_metrics *metrics = &from->metrics;
  const cst_fold_metrics *scored = NULL;
  bool all = true;
  CST_ALLOC(out->networks.item, n);
  for (; out->networks.n < n; out->networks.n++)
    cst_rows_init(&cst_model_network_shape, &out->networks.item[out->networks.n]);
  for (size_t i = 0; i < n; i++) {
    CST_TRY(describe_network(job, &models[i], metrics, &scored, &from->manifest[i], &from->heard[i],
                             &out->networks.item[i]));
    all = all && scored;
  }
  const cst_temperature_note *found = !all    ? NULL
                                      : n > 1 ? &metrics->temperature
                                              : &scored->temperature;
  out->temperature = classifier_temperature(job->config, metrics, found);
  if (n == 1 || !all) goto done;
  out->held_out = scores_of(&metrics->figures.headline);
  out->held_out.sessions = CST_NO_COUNT;
done:
  return st;
}

/* self->about and facts. */
static cst_status describe(cst_classifier *self, const cst_job *job, const cst_trained *models,
                           size_t n)
{
  cst_status st = CST_OK;
  const cst_config *c = job->config;
  cst_model_about about;
  sources from;
  cst_rows_init(&cst_model_about_shape, &about);
  CST_TRY(read_sources(job, n, &from));
  about.name = c->name;
  about.strategy = c->strategy.name;
  about.seed = c->seed;
  about.adapt = cst_adapt_text(c->evaluate.adapt);
  about.trained_on = job->data_digest;
  about.configuration = job->config_digest;
  about.scored_data = from.scored_data;
  about.tier = cst_tier_text(cst_job_tier(c, c->strategy.name));
  about.transductive = c->split.spec.transductive;
  add_record(&from.record, &about);
  CST_TRY(add_networks(job, models, n, &from, &about));
  self->about = cst_rows_json(&cst_model_about_shape, &about);
  CST_TRY(cst_rows_read(&cst_model_about_shape, self->about, &self->facts));
done:
  cst_rows_destroy(&cst_model_about_shape, &about);
  sources_reset(&from, n);
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
  if (cst_job_root(job)) st = describe(self, job, models, chosen.n);
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
