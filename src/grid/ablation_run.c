/* Running the cells of an ablation and what they share.  Contract in cassette/ablation.h. */
#include "ablation_cells.h"

#include "cassette/evaluate.h"
#include "cassette/feature_stage.h"
#include "cassette/job_data.h"
#include "cassette/job_open.h"
#include "cassette/job_report.h"
#include "cassette/job_stages.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/prepare.h"
#include "cassette/recordings.h"
#include "cassette/run_dir.h"
#include "cassette/teach.h"
#include "cassette/training.h"

#include <string.h>

static const char *const best_pretrained[] = {"checkpoints/best-pretrain.h5",
                                              "checkpoints/best-pretrain.json"};

const char *cst_cell_state_text(cst_cell_state state)
{
  static const char *const text[] = {"new", "started", "done", "differs"};
  return text[state];
}

static bool root(const cst_ablation *self) { return cst_comm_rank(self->comm) == 0; }

/* Rank 0's outcome and answer to all.  Collective. */
static cst_status share_flag(const cst_ablation *self, cst_status st, bool *flag)
{
  int64_t value = *flag;
  CST_TRY(cst_comm_agree(self->comm, st));
  cst_comm_broadcast(self->comm, &value, sizeof value);
  *flag = value;
done:
  return st;
}

static cst_status exists(const char *dir, const char *name, bool *out)
{
  char *path = cst_path_join(dir, name);
  *out = false;
  if (!path) return cst_no_memory("path", 1, 1);
  *out = cst_file_exists(path) || cst_dir_exists(path);
  cst_free(path);
  return CST_OK;
}

/* Copy DIR/name unless it is there. */
static cst_status copy_file(const char *from_dir, const char *name, const char *to_dir)
{
  cst_status st = CST_OK;
  char *from = cst_path_join(from_dir, name), *to = cst_path_join(to_dir, name), *bytes = NULL;
  char *dir = to ? cst_path_dir(to) : NULL;
  size_t n = 0;
  if (!from || !dir) CST_TRY(cst_no_memory("path", 1, 1));
  if (cst_file_exists(to)) goto done;
  CST_TRY(cst_file_read(from, &bytes, &n));
  CST_TRY(cst_make_dirs(dir));
  CST_TRY(cst_file_write(to, bytes, n));
done:
  cst_free(bytes);
  cst_free(dir);
  cst_free(to);
  cst_free(from);
  return st;
}

/* --- what cells share --- */

static char *shared_dir(const cst_ablation *self) { return cst_path_join(self->dir, "shared"); }

static bool pretrains(const cst_ablation *self, const cst_cell *cell)
{
  return cst_job_pretrains(ablation_setting(self, cell->of_setting));
}

/* Whether a shared part was finished under this configuration: all of its @p mark are there. */
static cst_status is_made(const cst_ablation *self, const char *dir, const cst_config *config,
                          size_t marks, const char *const *mark, bool *made)
{
  cst_status st = CST_OK;
  *made = false;
  if (root(self)) {
    st = cst_run_dir_same_config(dir, config, made);
    for (size_t i = 0; i < marks && st == CST_OK && *made; i++) st = exists(dir, mark[i], made);
  }
  return share_flag(self, st, made);
}

static const char *const features_mark = "features-made"; /* holds the digest of the data */

static cst_status make_features(cst_job *job)
{
  cst_status st = CST_OK;
  cst_text digest = {0};
  CST_TRY(cst_job_prepare(job));
  CST_TRY(cst_job_features(job));
  cst_text_add(&digest, "%s\n", job->data_digest);
  st = cst_job_root(job) ? cst_job_write_text(job, features_mark, &digest) : CST_OK;
  st = cst_comm_agree(job->comm, st);
done:
  cst_text_reset(&digest);
  return st;
}

static cst_status make_pretrained(cst_job *job, const char *from)
{
  cst_status st = CST_OK;
  CST_TRY(cst_comm_agree(job->comm,
                         cst_job_root(job) ? copy_file(from, "manifest.csv", job->dir) : CST_OK));
  CST_TRY(cst_job_pretrain(job));
done:
  return st;
}

/* Where @p cell shares its pre-training with others, NULL: all cells their features, and as what. */
static cst_status find_shared(const cst_ablation *self, const cst_cell *cell, char **dir,
                              cst_config **config)
{
  cst_status st = CST_OK;
  if (cell) {
    CST_TRY(ablation_pretrain_dir(self, cell, dir));
    CST_TRY(ablation_pretrain_config(self, cell, config));
  } else {
    *dir = shared_dir(self);
    if (!*dir) CST_TRY(cst_no_memory("path", 1, 1));
    CST_TRY(ablation_shared_config(self, config));
  }
done:
  return st;
}

/* Make what @p cell shares, NULL: what all do, unless it is there; wait for whoever makes it, which
 * leaves little to do. */
static cst_status make_shared(cst_ablation *self, const cst_cell *cell)
{
  cst_status st = CST_OK;
  char *dir = NULL, *features = shared_dir(self);
  cst_config *config = NULL;
  cst_job *job = NULL;
  bool made = false;
  st = features ? find_shared(self, cell, &dir, &config) : cst_no_memory("path", 1, 1);
  CST_TRY(cst_comm_agree_alike(self->comm, st));
  CST_TRY(is_made(self, dir, config, cell ? 2 : 1, cell ? best_pretrained : &features_mark, &made));
  if (made) goto done;
  CST_TRY(cst_job_open(self->comm, config, dir, true, self->argc, self->argv, &job));
  CST_TRY(cell ? make_pretrained(job, features) : make_features(job));
done:
  cst_job_close(&job);
  cst_config_destroy(&config);
  cst_free(features);
  cst_free(dir);
  return st;
}

/* Also says what this directory is (cassette report). */
static cst_status write_grid(const cst_ablation *self)
{
  cst_status st = CST_OK;
  cst_text text = {0};
  char *path = cst_path_join(self->dir, "ablation.yaml");
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_config_text(self->config, &text));
  CST_TRY(cst_make_dirs(self->dir));
  CST_TRY(cst_file_write(path, text.data, text.bytes));
done:
  cst_text_reset(&text);
  cst_free(path);
  return st;
}

static cst_status begin(const cst_ablation *self)
{
  return cst_comm_agree(self->comm, root(self) ? write_grid(self) : CST_OK);
}

cst_status cst_ablation_prepare(cst_ablation *self)
{
  cst_status st = CST_OK;
  CST_TRY(make_shared(self, NULL));
  CST_TRY(begin(self));
  for (size_t k = 0; k < self->n; k++) {
    const cst_cell *cell = &self->cell[k];
    bool before = !pretrains(self, cell);
    for (size_t j = 0; j < k && !before; j++)
      before = self->cell[j].seed == cell->seed && self->cell[j].of_setting == cell->of_setting;
    if (!before) CST_TRY(make_shared(self, cell));
  }
done:
  return st;
}

/* --- cells --- */

cst_status cst_ablation_state(const cst_ablation *self, size_t k, cst_cell_state *out)
{
  cst_status st = CST_OK;
  const char *dir = cst_ablation_cell(self, k)->dir;
  cst_config *config = NULL;
  bool begun, same, trained, reported;
  *out = CST_CELL_NEW;
  CST_TRY(exists(dir, "config.yaml", &begun));
  if (!begun) goto done;
  CST_TRY(ablation_cell_config(self, k, &config));
  CST_TRY(cst_run_dir_same_config(dir, config, &same));
  CST_TRY(exists(dir, "checkpoints", &trained));
  CST_TRY(exists(dir, "report/report.json", &reported));
  *out = !same && trained ? CST_CELL_DIFFERS : same && reported ? CST_CELL_DONE : CST_CELL_STARTED;
done:
  cst_config_destroy(&config);
  return st;
}

/* Cells of other data do not compare.  Rank 0. */
static cst_status check_same_data(const cst_job *job, const char *shared)
{
  cst_status st = CST_OK;
  char *path = cst_path_join(shared, features_mark), *digest = NULL;
  size_t n = 0;
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_file_read(path, &digest, &n));
  digest[strcspn(digest, "\n")] = '\0';
  if (strcmp(digest, job->data_digest) != 0)
    CST_FAIL(CST_ERR_DATA,
             "%s: the data have changed since this ablation began: the digest of tables and sound "
             "was %s, now it is %s; put them back, or use --run for another ablation",
             shared, *digest ? digest : "not noted", job->data_digest);
done:
  cst_free(digest);
  cst_free(path);
  return st;
}

/* The recordings must still be those that the features of all cells were made from. */
static cst_status check_recordings(const cst_ablation *self)
{
  cst_status st = CST_OK;
  cst_job look = {.comm = self->comm, .config = self->config, .threads = 1};
  bool made = false, touched;
  look.dir = shared_dir(self);
  if (!look.dir)
    st = cst_no_memory("path", 1, 1);
  else if (root(self))
    st = exists(look.dir, features_mark, &made);
  CST_TRY(share_flag(self, st, &made));
  if (!made) goto done;
  CST_TRY(cst_job_load_manifest(&look));
  CST_TRY(cst_recordings_check(self->comm, 1, look.dir,
                               "put it back, or use --run for another ablation", look.data,
                               &touched));
done:
  cst_job_drop_data(&look);
  cst_free(look.dir);
  return st;
}

/* The shared pre-trained model into a cell that has not begun to train. */
static cst_status take_pretrained(const cst_job *job, const char *from)
{
  cst_status st = CST_OK;
  bool begun;
  CST_TRY(exists(job->dir, "checkpoints", &begun));
  for (size_t i = 0; !begun && i < 2; i++) CST_TRY(copy_file(from, best_pretrained[i], job->dir));
done:
  return st;
}

static cst_status take_manifest(const cst_job *job, const char *from)
{
  cst_status st = CST_OK;
  CST_TRY(copy_file(from, "manifest.csv", job->dir));
  CST_TRY(copy_file(from, "prepare.json", job->dir));
done:
  return st;
}

static cst_status run_phases(cst_ablation *self, const cst_cell *cell, cst_job *job)
{
  cst_status st = CST_OK;
  char *shared = shared_dir(self), *pretrained = NULL;
  st = shared ? ablation_pretrain_dir(self, cell, &pretrained) : cst_no_memory("path", 1, 1);
  if (st == CST_OK && root(self)) st = take_manifest(job, shared);
  CST_TRY(cst_comm_agree(self->comm, st));
  CST_TRY(cst_job_prepare(job));
  CST_TRY(cst_comm_agree(self->comm, root(self) ? check_same_data(job, shared) : CST_OK));
  CST_TRY(cst_job_features(job));
  if (pretrains(self, cell))
    CST_TRY(cst_comm_agree(self->comm, root(self) ? take_pretrained(job, pretrained) : CST_OK));
  CST_TRY(cst_job_ask_teacher_files(job));
  CST_TRY(cst_job_train(job));
  CST_TRY(cst_job_evaluate(job));
  CST_TRY(cst_job_report(job));
done:
  cst_free(pretrained);
  cst_free(shared);
  return st;
}

cst_status cst_ablation_run(cst_ablation *self, size_t k)
{
  cst_status st = CST_OK;
  const cst_cell *cell = cst_ablation_cell(self, k);
  cst_cell_state state = CST_CELL_NEW;
  cst_config *config = NULL;
  cst_job *job = NULL;
  bool done;
  if (root(self)) st = cst_ablation_state(self, k, &state);
  done = state == CST_CELL_DONE;
  CST_TRY(share_flag(self, st, &done));
  cst_log(CST_LOG_INFO, "cell %zu of %zu: %s%s%s, %s held out, seed %lld: %s", k + 1, self->n,
          cell->setting ? cell->setting : "", cell->setting ? ", " : "", cell->strategy,
          cell->held_out, (long long)cell->seed, done ? "done already" : cell->dir);
  CST_TRY(check_recordings(self));
  if (done) goto done;
  CST_TRY(make_shared(self, NULL));
  if (pretrains(self, cell)) CST_TRY(make_shared(self, cell));
  CST_TRY(cst_comm_agree_alike(self->comm, ablation_cell_config(self, k, &config)));
  CST_TRY(cst_job_open(self->comm, config, cell->dir, false, self->argc, self->argv, &job));
  CST_TRY(begin(self)); /* of a start that is refused nothing is left */
  CST_TRY(run_phases(self, cell, job));
done:
  cst_job_close(&job);
  cst_config_destroy(&config);
  return st;
}
