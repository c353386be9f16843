/* Metadata to manifest: rank 0 reads the tables, all ranks judge a share of the audio each. */
#include "job.h"

#include "interrupt.h"
#include "watchdog.h"

#include "cassette/clock.h"
#include "cassette/digest.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/slice.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Root of the pre-training data, "" if there is none to read.  Training insists on what is
 * configured (training.c); a look at the metadata does not. */
static const char *pretrain_root(const cst_config *c)
{
  if (c->dataset.pretrain_weights[0]) {
    if (!cst_file_exists(c->dataset.pretrain_weights))
      cst_log(CST_LOG_WARN, "%s: no such file: training will miss it (dataset.pretrain_weights)",
              c->dataset.pretrain_weights);
    return "";
  }
  if (c->pretrain.epochs == 0 || !c->dataset.pretrain_root[0]) return "";
  if (cst_dir_exists(c->dataset.pretrain_root)) return c->dataset.pretrain_root;
  cst_log(CST_LOG_WARN, "%s: no such directory: no pre-training data (dataset.pretrain_root)",
          c->dataset.pretrain_root);
  return "";
}

cst_status job_read_metadata(const cst_job *self, cst_text *manifest)
{
  cst_status st = CST_OK;
  const cst_config *c = self->config;
  cst_dataset *data = NULL;
  cst_dataset_source source = {.root = c->dataset.root,
                               .metadata = (const char *const *)c->dataset.metadata.item,
                               .n_metadata = c->dataset.metadata.n,
                               .evaluation_metadata =
                                   (const char *const *)c->dataset.evaluation_metadata.item,
                               .n_evaluation_metadata = c->dataset.evaluation_metadata.n,
                               .pretrain_root = pretrain_root(c),
                               .classes = (const char *const *)c->dataset.classes.item,
                               .n_classes = c->dataset.classes.n};
  source.layout = c->dataset.layout == CST_LAYOUT_TAU   ? CST_READ_TAU
                  : c->dataset.layout == CST_LAYOUT_CSV ? CST_READ_CSV
                                                        : CST_READ_CAS;
  if (c->dataset.layout == CST_LAYOUT_SYNTH && !cst_dir_exists(source.root))
    CST_FAIL(CST_ERR_DATA,
             "%s: no such directory; check dataset.root, or make synthetic data there: cassette "
             "synth --out %s",
             source.root, source.root);
  CST_TRY(cst_dataset_read(&source, &data));
  CST_TRY(cst_dataset_text(data, manifest));
  CST_TRY(cst_text_status(manifest));
done:
  cst_dataset_destroy(&data);
  return st;
}

/* What the manifest depends on: the tables' content, the class list, the clip length, and size and
 * time of every audio file. */
static cst_status fingerprint(const cst_job *self, const cst_text *manifest, char *hex)
{
  cst_status st = CST_OK;
  cst_digest *digest = NULL;
  const double seconds = cst_logmel_seconds(&self->spec);
  CST_TRY(cst_digest_create(&digest));
  cst_digest_add(digest, manifest->data, manifest->bytes);
  cst_digest_add(digest, &seconds, sizeof seconds);
  for (size_t i = 0; i < self->data->n; i++) {
    struct stat info;
    const char *path = self->data->clip[i].path;
    if (!path || stat(path, &info) != 0) continue;
    const int64_t facts[] = {info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
    cst_digest_add(digest, facts, sizeof facts);
  }
  cst_digest_hex(digest, hex);
done:
  cst_digest_destroy(&digest);
  return st;
}

/* The manifest on disk if it was made from the same inputs, else an empty text. */
static cst_status reuse(const cst_job *self, const char *inputs, cst_text *manifest)
{
  cst_status st = CST_OK;
  cst_json *stamp = NULL;
  char *stamp_path = job_path(self, "prepare.json"), *path = job_path(self, "manifest.csv");
  char found[CST_DIGEST_HEX];
  if (!stamp_path || !path) CST_TRY(cst_no_memory("path", 1, 1));
  if (!cst_file_exists(stamp_path) || !cst_file_exists(path)) goto done;
  if (cst_json_read(stamp_path, &stamp) != CST_OK) { /* made again by the caller */
    cst_clear();
    goto done;
  }
  if (strcmp(cst_json_get_string(stamp, "inputs", ""), inputs) != 0) goto done;
  CST_TRY(cst_file_read(path, &manifest->data, &manifest->bytes));
  cst_digest_bytes(manifest->data, manifest->bytes, found);
  if (strcmp(cst_json_get_string(stamp, "manifest", ""), found) != 0) cst_text_reset(manifest);
done:
  cst_free(path);
  cst_free(stamp_path);
  cst_json_destroy(&stamp);
  return st;
}

static cst_status probe_share(const cst_job *self, cst_slice mine, uint8_t *status)
{
  cst_status st = CST_OK;
  const double seconds = cst_logmel_seconds(&self->spec);
  size_t done = 0;
#pragma omp parallel for schedule(dynamic, 8) num_threads(self->threads)
  for (size_t i = 0; i < mine.count; i++) {
    if (interrupt_reason(0.0, 0.0, 0.0)) continue;
    const char *path = self->data->clip[mine.first + i].path;
    cst_audio audio = {0};
    audio.info.status = CST_AUDIO_MISSING;
    cst_status mine_st = path ? cst_audio_read(path, seconds, &audio) : CST_OK;
    status[i] = (uint8_t)audio.info.status;
    cst_audio_reset(&audio);
#pragma omp critical
    {
      if (mine_st != CST_OK) st = mine_st;
      watchdog_tick();
      cst_progress("probing audio", (double)++done, (double)mine.count, "");
    }
  }
  if (st == CST_OK && done < mine.count)
    st = cst_raise(CST_INTERRUPTED,
                   "stopped while audio was probed by %s; run the same command again",
                   interrupt_reason(0.0, 0.0, 0.0));
  return st;
}

/* Every clip's status on every rank. */
static cst_status probe(cst_job *self)
{
  cst_status st = CST_OK;
  const cst_slice mine =
      cst_slice_of(self->data->n, cst_comm_rank(self->comm), cst_comm_size(self->comm));
  uint8_t *status = NULL;
  void *all = NULL;
  size_t total = 0;
  watchdog_enter("probing audio", "", -1, -1);
  CST_ALLOC(status, mine.count);
  st = probe_share(self, mine, status);
done:
  watchdog_wait();
  st = cst_comm_agree(self->comm, st);
  if (st == CST_OK) st = cst_comm_gather(self->comm, status, mine.count, &all, &total);
  for (size_t i = 0; st == CST_OK && i < total; i++)
    self->data->clip[i].status = (cst_audio_status)((uint8_t *)all)[i];
  cst_free(status);
  cst_free(all);
  return st;
}

static cst_status write_manifest(const cst_job *self, const char *inputs, const cst_text *manifest)
{
  cst_status st = CST_OK;
  char hex[CST_DIGEST_HEX], *path = job_path(self, "prepare.json");
  cst_json *stamp = cst_json_object();
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(job_write_text(self, "manifest.csv", manifest));
  cst_digest_bytes(manifest->data, manifest->bytes, hex);
  cst_json_set_string(stamp, "inputs", inputs);
  cst_json_set_string(stamp, "manifest", hex);
  CST_TRY(cst_json_write(stamp, path)); /* last: it declares the manifest valid */
done:
  cst_json_destroy(&stamp);
  cst_free(path);
  return st;
}

/* Append to the report and show it.  What the data are is shown even where no split is possible. */
static cst_status show(cst_status made, cst_text *report, size_t from)
{
  if (made != CST_OK) return made;
  fputs(report->data + from, stdout);
  fflush(stdout);
  return CST_OK;
}

/* The audit, the judgement on the audio, and the folds: split.txt. */
static cst_status plan(cst_job *self)
{
  cst_status st = CST_OK;
  cst_text text = {0};
  const bool root = job_root(self);
  if (root) st = show(cst_dataset_audit(self->data, &text), &text, 0);
  CST_TRY(cst_comm_agree(self->comm, st));
  CST_TRY(cst_comm_agree(self->comm, job_judge_audio(self, true)));
  CST_TRY(cst_comm_agree(self->comm, job_make_folds(self)));
  const size_t audit = text.bytes;
  if (root) st = show(cst_folds_report(self->data, &self->folds, &text), &text, audit);
  if (root && st == CST_OK) st = job_write_text(self, "split.txt", &text);
  CST_TRY(cst_comm_agree(self->comm, st));
done:
  cst_text_reset(&text);
  return st;
}

/* The manifest with every clip's status, on every rank; from disk where that is still true. */
static cst_status make_manifest(cst_job *self, const cst_text *metadata, cst_text *manifest)
{
  cst_status st = CST_OK;
  char inputs[CST_DIGEST_HEX] = "";
  if (job_root(self)) {
    st = fingerprint(self, metadata, inputs);
    if (st == CST_OK) st = reuse(self, inputs, manifest);
  }
  CST_TRY(job_share_text(self, st, manifest));
  if (manifest->bytes == 0) {
    CST_TRY(probe(self));
    st = cst_dataset_text(self->data, manifest);
    if (st == CST_OK && job_root(self)) st = write_manifest(self, inputs, manifest);
    CST_TRY(cst_comm_agree(self->comm, st));
  }
done:
  return st;
}

cst_status cst_job_prepare(cst_job *self)
{
  cst_status st = CST_OK;
  const double started_s = cst_now_s();
  cst_text metadata = {0}, manifest = {0};
  watchdog_enter("reading metadata", "", -1, -1);
  if (job_root(self)) st = job_read_metadata(self, &metadata);
  watchdog_wait();
  CST_TRY(job_share_text(self, st, &metadata));
  CST_TRY(cst_comm_agree(self->comm, job_plan_metadata(self, &metadata)));
  CST_TRY(make_manifest(self, &metadata, &manifest));
  CST_TRY(cst_comm_agree(self->comm, job_parse_data(self, &manifest)));
  CST_TRY(plan(self));
  CST_TRY(record_phase(self, "prepare", cst_now_s() - started_s));
done:
  cst_text_reset(&manifest);
  cst_text_reset(&metadata);
  return st;
}
