/*
 * A run directory.  Its digest covers what a run is for and what does not depend on when, where
 * and on how many ranks it ran: best models, pseudo-labels, predictions, metrics.
 */
#include "info.h"

#include "cassette/checkpoint.h"
#include "cassette/config.h"
#include "cassette/digest.h"
#include "cassette/file.h"
#include "cassette/json.h"
#include "cassette/memory.h"
#include "cassette/metrics_file.h"
#include "cassette/model_manifest.h"
#include "cassette/record_file.h"
#include "cassette/stage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static cst_status print_config(const char *dir)
{
  cst_status st = CST_OK;
  cst_config *config = NULL;
  char *path = cst_path_join(dir, "config.yaml");

  if (!path) CST_TRY(cst_no_memory("a path", strlen(dir), 1));
  CST_TRY(cst_config_read(path, 0, NULL, &config));
  printf("run: %s\nname: %s\nseed: %lld\ndata: %s (layout %s)\nprotocol: %s\nstrategy: %s\n", dir,
         config->name, (long long)config->seed, config->dataset.root, config->dataset.layout,
         cst_protocol_names[config->split.spec.protocol], config->strategy.name);
done:
  cst_config_destroy(&config);
  cst_free(path);
  return st;
}

static const char *known(const char *text) { return text ? text : "?"; }

static cst_status print_starts(const char *dir)
{
  cst_status st = CST_OK;
  cst_json *document = NULL;
  cst_record_file record = {0};
  char *path = cst_path_join(dir, "record.json");

  if (!path) CST_TRY(cst_no_memory("a path", strlen(dir), 1));
  if (cst_file_exists(path)) CST_TRY(cst_json_read(path, &document));
  CST_TRY(cst_rows_read(&cst_record_file_shape, document, &record));
  for (size_t i = 0; i < record.segments.n; i++) {
    const cst_record_segment *s = &record.segments.item[i];
    printf("started: %s, %lld ranks x %lld threads, %s: %s\n", known(s->started),
           (long long)s->ranks, (long long)s->threads, known(s->host), known(s->command));
  }
  const cst_record_segment *last = cst_record_last(&record);
  if (last && last->network_parameters > 0)
    printf("network: %lld parameters, %.4g multiply-adds a clip\n",
           (long long)last->network_parameters, last->network_multiply_adds);
done:
  cst_rows_reset(&cst_record_file_shape, &record);
  cst_json_destroy(&document);
  cst_free(path);
  return st;
}

static cst_status print_metrics(const char *dir)
{
  cst_status st = CST_OK;
  cst_json *document = NULL;
  cst_metrics metrics = {0};
  char *path = cst_path_join(dir, "metrics.json");
  const cst_headline *h = &metrics.figures.headline;

  if (!path) CST_TRY(cst_no_memory("a path", strlen(dir), 1));
  if (!cst_file_exists(path)) {
    printf("metrics: none yet\n");
    goto done;
  }
  CST_TRY(cst_metrics_read(path, &document, &metrics));
  printf("macro accuracy: %.4f (95 %% interval %.4f to %.4f, %lld clips, %lld sessions)\n",
         h->macro_accuracy, h->ci95[0], h->ci95[1], (long long)h->clips, (long long)h->sessions);
done:
  cst_rows_reset(&cst_metrics_shape, &metrics);
  cst_json_destroy(&document);
  cst_free(path);
  return st;
}

typedef struct {
  const char *dir;
  cst_digest *digest;
} results;

static bool starts(const char *text, const char *with)
{
  return !strncmp(text, with, strlen(with));
}
static bool ends(const char *text, const char *with)
{
  const size_t n = strlen(text), m = strlen(with);
  return n >= m && strcmp(text + n - m, with) == 0;
}

/* Models count by their numbers, tables by their bytes. */
static cst_status add_result(void *context, const char *relative)
{
  results *r = context;
  cst_status st = CST_OK;
  char hex[CST_DIGEST_HEX], *path = NULL;
  const bool model = starts(relative, "checkpoints/best-") && ends(relative, ".h5");
  const bool table = (starts(relative, "pseudo_labels/") || starts(relative, "predictions/")) &&
                     ends(relative, ".csv");

  if (!model && !table && strcmp(relative, "metrics.json") != 0) goto done;
  path = cst_path_join(r->dir, relative);
  if (!path) CST_TRY(cst_no_memory("a path", strlen(relative), 1));
  CST_TRY(model ? cst_checkpoint_digest(path, hex) : cst_digest_file(path, hex));
  printf("%s: %s\n", relative, hex);
  cst_digest_add(r->digest, relative, strlen(relative) + 1);
  cst_digest_add(r->digest, hex, strlen(hex) + 1);
done:
  cst_free(path);
  return st;
}

/* @p manifest: of the newest checkpoint, if there is one. */
static cst_status print_progress(const char *dir, cst_json **document, cst_model_manifest *manifest)
{
  cst_status st = CST_OK;
  char *checkpoints = cst_path_join(dir, "checkpoints"), *latest = NULL;

  if (!checkpoints) CST_TRY(cst_no_memory("a path", strlen(dir), 1));
  if (cst_dir_exists(checkpoints)) CST_TRY(cst_checkpoint_latest(checkpoints, &latest));
  if (latest) CST_TRY(cst_model_manifest_read(latest, document, manifest));
  const char *stage = manifest->stage;
  CST_TRY(cli_info_progress(dir, stage && !strcmp(stage, cst_stage_name(CST_STAGE_DONE))));
  printf("newest checkpoint: %s\n", latest ? latest : "none");
done:
  cst_free(latest);
  cst_free(checkpoints);
  return st;
}

/* The checkpoint at the end of training lists the models that it left. */
static cst_status check_models(const char *dir, const cst_json *models)
{
  cst_status st = CST_OK;
  char *path = NULL;

  for (size_t i = 0; i < cst_json_size(models); i++) {
    cst_free(path);
    path = cst_format("%s/checkpoints/%s", dir, cst_json_string(cst_json_at(models, i), ""));
    if (!path) CST_TRY(cst_no_memory("a path", strlen(dir), 1));
    if (!cst_file_exists(path))
      CST_FAIL(CST_ERR_DATA,
               "%s: no such file: a model of this run is missing, and without it the run has no "
               "digest; `cassette train` with the same CONFIG makes it again",
               path);
  }
done:
  cst_free(path);
  return st;
}

cst_status cli_info_run(const char *dir)
{
  cst_status st = CST_OK;
  results all = {.dir = dir};
  char hex[CST_DIGEST_HEX];
  cst_json *document = NULL;
  cst_model_manifest manifest = {0};

  CST_TRY(print_config(dir));
  CST_TRY(print_starts(dir));
  CST_TRY(print_progress(dir, &document, &manifest));
  CST_TRY(print_metrics(dir));
  CST_TRY(check_models(dir, manifest.models));
  CST_TRY(cst_digest_create(&all.digest));
  CST_TRY(cst_walk(dir, add_result, &all));
  cst_digest_hex(all.digest, hex);
  printf("digest: %s\n", hex);
done:
  cst_json_destroy(&document);
  cst_digest_destroy(&all.digest);
  return st;
}
