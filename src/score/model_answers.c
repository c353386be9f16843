/* Contract in model_answers.h. */
#include "model_answers.h"

#include "answer_table.h"

#include "cassette/file.h"
#include "cassette/fold_knowledge.h"
#include "cassette/inference.h"
#include "cassette/interrupt.h"
#include "cassette/memory.h"
#include "cassette/named_run.h"
#include "cassette/watchdog.h"

#include <string.h>

bool model_answers_is_file(const cst_job *job, const char *name)
{
  uint8_t is = cst_job_root(job) && cst_file_exists(name);
  cst_comm_broadcast(job->comm, &is, sizeof is);
  return is;
}

/* --- whether it can be asked --- */

static cst_status check_classes(const cst_job *job, const char *name, const cst_names *theirs)
{
  const cst_names *ours = &job->data->scenes;
  for (size_t k = 0; k < theirs->n; k++)
    if (cst_names_find(ours, theirs->item[k]) == CST_NONE)
      return cst_raise(CST_ERR_DATA,
                       "%s: answers '%.80s', which is no class of this run's data; its models know "
                       "other classes",
                       name, theirs->item[k]);
  for (size_t k = 0; k < ours->n; k++)
    if (cst_names_find(theirs, ours->item[k]) == CST_NONE)
      return cst_raise(CST_ERR_DATA, "%s: does not know class '%.80s' of this run's data", name,
                       ours->item[k]);
  return CST_OK;
}

static cst_status check(const cst_job *job, const char *name, const cst_classifier *by)
{
  enum { FINGERPRINT_BYTES = 1024 };
  char ours[FINGERPRINT_BYTES];
  const char *theirs = by->facts.features ? by->facts.features : "";
  const cst_status st = check_classes(job, name, &by->classes);
  if (st != CST_OK) return st;
  cst_logmel_fingerprint(&job->spec, ours, sizeof ours);
  if (!cst_logmel_fingerprint_fits(&job->spec, theirs))
    return cst_raise(CST_ERR_DATA, "%s: hears other features than this run has: %s, here %s", name,
                     theirs, ours);
  if (!by->facts.scored_data)
    return cst_raise(CST_ERR_DATA,
                     "%s: does not say what its models have heard; `cassette export` it again",
                     name);
  return CST_OK;
}

cst_status model_answers_open(const cst_job *job, const char *name, cst_classifier **out)
{
  cst_status st = cst_classifier_open(job->comm, name, NULL, job->threads, out);
  if (st == CST_OK) st = cst_comm_agree_alike(job->comm, check(job, name, *out));
  if (st != CST_OK) cst_classifier_close(out);
  return st;
}

/* --- what it says --- */

cst_status model_answers_of(const cst_job *job, const cst_classifier *by, size_t network,
                            const uint32_t *clips, size_t n, float *p)
{
  cst_status st = CST_OK;
  const size_t K = by->classes.n;
  const cst_network *net = &by->network[network];
  float row[CST_MOST_CLASSES];
  cst_watchdog_enter("inference", "exported model", -1, -1);
  CST_TRY(cst_network_predict(job, net->model, &net->weights, clips, n,
                              (size_t)by->config->evaluate.crops, p));
  for (size_t i = 0; i < n; i++) {
    memcpy(row, p + i * K, K * sizeof *row);
    for (size_t k = 0; k < K; k++)
      p[i * K + (size_t)cst_names_find(&job->data->scenes, by->classes.item[k])] = row[k];
  }
done:
  return st;
}

cst_status model_answers_mean(const cst_job *job, const cst_classifier *by, const uint32_t *clips,
                              size_t n, double *p)
{
  cst_status st = CST_OK;
  const size_t values = n * by->classes.n;
  float *one = cst_alloc(values, sizeof *one);
  CST_TRY(cst_comm_agree(job->comm, one ? CST_OK : cst_no_memory("answers", values, sizeof *one)));
  memset(p, 0, values * sizeof *p);
  for (size_t i = 0; i < by->networks; i++) {
    CST_TRY(cst_interrupt_agree(job->comm, "predictions were made"));
    CST_TRY(model_answers_of(job, by, i, clips, n, one));
    for (size_t v = 0; v < values; v++) p[v] += (double)one[v] / (double)by->networks;
  }
done:
  cst_free(one);
  return st;
}

/* --- beside this run --- */

static cst_status check_with(const cst_job *job, const char *name, const cst_classifier *by)
{
  char data[CST_DIGEST_HEX];
  const cst_status st = cst_dataset_scored_digest(job->data, data);
  if (st != CST_OK) return st;
  return answer_table_check(job, name, by->facts.scored_data, data, by->facts.transductive);
}

cst_status model_answers_open_with(const cst_job *job, const char *name, cst_classifier **out)
{
  cst_status st = model_answers_open(job, name, out);
  if (st == CST_OK) st = cst_comm_agree_alike(job->comm, check_with(job, name, *out));
  if (st != CST_OK) cst_classifier_close(out);
  return st;
}

/* Which of its networks has held out what @p fold has; without one it would be scored on what it has heard. */
static cst_status find_network(const cst_job *job, const char *name, const cst_classifier *by,
                               const cst_fold *fold, size_t *network)
{
  cst_status st = CST_OK;
  char tested[CST_DIGEST_HEX];
  CST_TRY(cst_fold_tested_digest(job, fold, tested));
  for (*network = 0; *network < by->networks; ++*network) {
    const char *theirs = by->facts.networks.item[*network].tested;
    if (theirs && strcmp(theirs, tested) == 0) goto done;
  }
  CST_FAIL(
      CST_ERR_DATA,
      "%s: has no model that was not trained on the clips that fold %s tests; it would be scored "
      "on what it has heard (its folds: `cassette info %s`)",
      name, fold->name, name);
done:
  return st;
}

/* Rank 0. */
static cst_status write_fold(const cst_job *job, const char *name, const fold_scores *fold,
                             const float *p32)
{
  cst_status st = CST_OK;
  const size_t values = fold->n_test * job->data->scenes.n;
  double *p = NULL;
  char *table = answer_table_of_fold("held-out", fold->fold), *relative = NULL;
  if (!table) CST_TRY(cst_no_memory("a path", 1, 1));
  CST_TRY(cst_named_run_relative(name, table, &relative));
  CST_ALLOC(p, values);
  for (size_t i = 0; i < values; i++) p[i] = (double)p32[i];
  CST_TRY(answer_table_write(job, relative, fold->test_clip, fold->n_test, p));
done:
  cst_free(p);
  cst_free(relative);
  cst_free(table);
  return st;
}

static cst_status answer_fold(const cst_job *job, const char *name, const cst_classifier *by,
                              const fold_scores *fold)
{
  cst_status st = CST_OK;
  const size_t values = fold->n_test * by->classes.n;
  size_t network = 0;
  float *p = cst_alloc(values, sizeof *p);
  CST_TRY(cst_comm_agree(job->comm, p ? CST_OK : cst_no_memory("answers", values, sizeof *p)));
  CST_TRY(cst_comm_agree_alike(job->comm, find_network(job, name, by, fold->fold, &network)));
  CST_TRY(cst_interrupt_agree(job->comm, "evaluation was done"));
  CST_TRY(model_answers_of(job, by, network, fold->test_clip, fold->n_test, p));
  st = cst_comm_agree(job->comm, cst_job_root(job) ? write_fold(job, name, fold, p) : CST_OK);
done:
  cst_free(p);
  return st;
}

cst_status model_answers_held_out(const cst_job *job, const fold_scores *folds, size_t n)
{
  cst_status st = CST_OK;
  const cst_strings *with = &job->config->evaluate.with;
  cst_classifier *by = NULL;
  for (size_t i = 0; i < with->n; i++) {
    if (!model_answers_is_file(job, with->item[i])) continue;
    CST_TRY(model_answers_open_with(job, with->item[i], &by));
    for (size_t f = 0; f < n; f++)
      if (folds[f].n_test > 0) CST_TRY(answer_fold(job, with->item[i], by, &folds[f]));
    cst_classifier_close(&by);
  }
done:
  cst_classifier_close(&by);
  return st;
}
