/* What a stage trains on: lists of clips, their targets, the batches of a step. */
#include "stage_clips.h"

#include "plan.h"

#include "cassette/batch.h"
#include "cassette/memory.h"

#include <math.h>
#include <string.h>

cst_status stage_session_classes(const cst_job *job, const cst_fold *fold, int **out)
{
  cst_status st = CST_OK;
  enum { UNSEEN = -2 };
  const cst_dataset *data = job->data;
  int *class = NULL;
  CST_ALLOC(class, data->sessions.n);
  for (size_t s = 0; s < data->sessions.n; s++) class[s] = UNSEEN;
  for (size_t i = 0; i < data->n; i++) {
    const cst_clip *clip = &data->clip[i];
    if (fold->role[i] != CST_ROLE_TRAIN || clip->session == CST_NONE) continue;
    int *c = &class[clip->session];
    *c = *c == UNSEEN || *c == clip->scene ? clip->scene : CST_NONE;
  }
  for (size_t s = 0; s < data->sessions.n; s++)
    if (class[s] == UNSEEN) class[s] = CST_NONE;
done:
  *out = class;
  return st;
}

const char *stage_checked_by(const training *self)
{
  const cst_fold *fold = training_fold(self);
  for (size_t i = 0; i < self->job->data->n; i++)
    if (fold->role[i] == CST_ROLE_UNLABELLED && self->truth[i] != CST_NONE) return "hidden labels";
  return "sessions";
}

/* Never used for training: hidden labels, or where there are none the class of the clip's session.
 * Clips that are tested are not checked: nothing of a training tells of their labels.
 * Not both: clips of labelled sessions have near copies in training, and are easier. */
static cst_status set_checks(const training *self, stage_clips *out)
{
  cst_status st = CST_OK;
  const cst_dataset *data = self->job->data;
  const cst_fold *fold = training_fold(self);
  int *class = NULL;
  out->checked_by = stage_checked_by(self);
  const bool by_session = strcmp(out->checked_by, "sessions") == 0;
  CST_TRY(stage_session_classes(self->job, fold, &class));
  for (size_t i = 0; i < data->n; i++) {
    const int session = data->clip[i].session;
    out->check[i] = CST_NONE;
    if (fold->role[i] != CST_ROLE_UNLABELLED) continue;
    if (!by_session)
      out->check[i] = self->truth[i];
    else if (session != CST_NONE)
      out->check[i] = class[session];
  }
done:
  cst_free(class);
  return st;
}

/* How often a clip is in the list of labelled ones. */
static int32_t copies(const training *self, size_t clip)
{
  const uint8_t role = training_fold(self)->role[clip];
  if (role == CST_ROLE_TRAIN) return 1;
  if (!cst_role_is(role, CST_ROLE_UNLABELLED) || self->state.stage != CST_STAGE_STUDENT) return 0;
  return self->job->views.teacher ? self->pseudo_copies[clip] : 0;
}

/* Labelled clips, and in the stage of a teacher's student those that it labelled. */
static cst_status list_labelled(const training *self, stage_clips *out)
{
  cst_status st = CST_OK;
  const cst_dataset *data = self->job->data;
  size_t n = 0;
  for (size_t i = 0; i < data->n; i++) n += (size_t)copies(self, i);
  CST_ALLOC(out->labelled, n ? n : 1);
  for (size_t i = 0; i < data->n; i++)
    for (int32_t c = copies(self, i); c > 0; c--) out->labelled[out->n_labelled++] = (uint32_t)i;
done:
  return st;
}

/* In the place of a label; where the teacher stands beside labels, a clip without one has none. */
static bool learns_pseudo_label(const training *self, uint8_t role)
{
  return self->state.stage == CST_STAGE_STUDENT && cst_role_is(role, CST_ROLE_UNLABELLED) &&
         !self->job->views.taught;
}

static void set_targets(const training *self, stage_clips *out)
{
  const cst_dataset *data = self->job->data;
  const cst_fold *fold = training_fold(self);
  const size_t K = training_classes(self);
  for (size_t i = 0; i < data->n; i++) {
    float *row = out->target + i * K;
    out->label[i] =
        cst_role_is(fold->role[i], CST_ROLE_UNLABELLED) ? CST_NONE : data->clip[i].scene;
    if (learns_pseudo_label(self, fold->role[i]))
      memcpy(row, self->pseudo_target + i * K, K * sizeof *row);
    else if (out->label[i] != CST_NONE && (size_t)out->label[i] < K)
      row[out->label[i]] = 1.0f;
  }
}

/* What a balanced batch goes by: the label, or what a teacher thinks most probable. */
static cst_status set_classes(const training *self, stage_clips *out)
{
  cst_status st = CST_OK;
  const size_t K = training_classes(self);
  if (training_recipe(self)->balance != CST_BALANCE_CLASSES) goto done;
  CST_ALLOC(out->class, out->n_labelled);
  for (size_t i = 0; i < out->n_labelled; i++) {
    const uint32_t clip = out->labelled[i];
    const float *p = (out->label[clip] == CST_NONE ? self->pseudo_target : out->target) + clip * K;
    for (size_t k = 1; k < K; k++)
      if (p[k] > p[out->class[i]]) out->class[i] = (int)k;
  }
done:
  return st;
}

/* The same number of steps of a student's stage for every strategy: an epoch is as long as the
 * labelled and unlabelled clips together. */
static void set_batches(const training *self, size_t unlabelled_clips, stage_clips *out)
{
  const size_t batch = (size_t)training_recipe(self)->batch;
  const bool student = self->state.stage == CST_STAGE_STUDENT;
  size_t labelled = 0;
  for (size_t i = 0; i < self->job->data->n; i++)
    labelled += training_fold(self)->role[i] == CST_ROLE_TRAIN;
  const size_t epoch = labelled + (student ? unlabelled_clips : 0);
  out->steps = cst_epoch_steps(epoch, batch);
  out->endless = out->n_labelled != epoch || out->class;
  out->batch.labelled = out->endless || batch < out->n_labelled ? batch : out->n_labelled;
  if (out->n_unlabelled)
    out->batch.unlabelled = (size_t)fmax(1.0, round(self->job->params.ratio * (double)batch));
}

cst_status stage_clips_make(const training *self, stage_clips *out)
{
  cst_status st = CST_OK;
  const cst_dataset *data = self->job->data;
  const cst_fold *fold = training_fold(self);
  *out = (stage_clips){0};
  CST_ALLOC(out->label, data->n);
  CST_ALLOC(out->check, data->n);
  CST_ALLOC(out->target, data->n * training_classes(self));
  CST_TRY(set_checks(self, out));
  set_targets(self, out);
  CST_TRY(list_labelled(self, out));
  CST_TRY(cst_fold_list(data, fold, CST_ROLE_VALIDATION, &out->validation, &out->n_validation));
  CST_TRY(cst_fold_list(data, fold, CST_ROLE_UNLABELLED, &out->unlabelled, &out->n_unlabelled));
  const size_t unlabelled_clips = out->n_unlabelled;
  out->background = unlabelled_clips ? out->unlabelled : out->labelled;
  out->n_background = unlabelled_clips ? unlabelled_clips : out->n_labelled;
  if (self->state.stage != CST_STAGE_STUDENT || !self->job->views.unlabelled) out->n_unlabelled = 0;
  if (out->n_labelled < 2)
    CST_FAIL(CST_ERR_DATA,
             "fold %s: %zu clips to train on in stage %s; BatchNorm needs two at least", fold->name,
             out->n_labelled, cst_stage_name((cst_stage)self->state.stage));
  CST_TRY(set_classes(self, out));
  set_batches(self, unlabelled_clips, out);
done:
  return st;
}

void stage_clips_reset(stage_clips *self)
{
  cst_free(self->label);
  cst_free(self->check);
  cst_free(self->target);
  cst_free(self->class);
  cst_free(self->labelled);
  cst_free(self->unlabelled);
  cst_free(self->validation);
  *self = (stage_clips){0};
}

cst_status step_clips_create(const training *self, step_clips *out)
{
  cst_status st = CST_OK;
  const stage_clips *c = &self->clips;
  *out = (step_clips){0};
  CST_ALLOC(out->scratch, (c->n_labelled > c->n_unlabelled ? c->n_labelled : c->n_unlabelled) +
                              3 * training_classes(self)); /* cst_balanced_stream() */
  CST_ALLOC(out->labelled, c->batch.labelled + 1);
  CST_ALLOC(out->unlabelled, c->batch.unlabelled);
  CST_ALLOC(out->number, c->batch.unlabelled);
done:
  if (st != CST_OK) step_clips_reset(out);
  return st;
}

void step_clips_reset(step_clips *self)
{
  cst_free(self->scratch);
  cst_free(self->labelled);
  cst_free(self->unlabelled);
  cst_free(self->number);
  *self = (step_clips){0};
}

void step_clips_draw(const training *self, size_t step, step_clips *out)
{
  enum { LABELLED, UNLABELLED };
  const stage_clips *c = &self->clips;
  batch_size *n = &out->n;
  const uint64_t seed = (uint64_t)self->job->config->seed, epoch = (uint64_t)self->state.epoch;
  const uint64_t before = epoch * c->steps + step;
  const uint32_t key = training_stage_key(self);
  *n = c->batch;
  if (c->class) {
    cst_balanced_stream(seed, key, LABELLED, before * n->labelled, c->n_labelled, c->class,
                        training_classes(self), n->labelled, out->scratch, out->labelled);
  } else if (c->endless) {
    cst_stream(seed, key, LABELLED, before * n->labelled, c->n_labelled, n->labelled, out->scratch,
               out->labelled);
  } else {
    size_t first;
    cst_step_range(c->n_labelled, (size_t)training_recipe(self)->batch, step, &first, &n->labelled);
    cst_epoch_order(seed, key, epoch, c->n_labelled, out->scratch);
    memcpy(out->labelled, out->scratch + first, n->labelled * sizeof *out->labelled);
  }
  for (size_t i = 0; i < n->labelled; i++) out->labelled[i] = c->labelled[out->labelled[i]];
  if (n->unlabelled)
    cst_stream(seed, key, UNLABELLED, before * n->unlabelled, c->n_unlabelled, n->unlabelled,
               out->scratch, out->number);
  for (size_t i = 0; i < n->unlabelled; i++) out->unlabelled[i] = c->unlabelled[out->number[i]];
}
