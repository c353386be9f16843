/* A job of a few clips, without a run directory: what its stages ask of it. */
#ifndef CST_TEST_TRAIN_MADE_JOB_H
#define CST_TEST_TRAIN_MADE_JOB_H

#include "cassette/job.h"
#include "cassette/job_strategy.h"

enum { MADE_CLIPS = 14, MADE_FRAMES = 16, MADE_BINS = 8 };

/* Clips 0 to 5 train, of sessions of one class each; 6 and 7 validate, 8 to 12 are unlabelled, 13 is
 * held out.  Sessions: A (class 0), B (class 1), C (none of those that train).  Those of A and B are in
 * two cities, at two hours; of C neither is known. */
typedef struct {
  cst_job job;
  cst_config *config;
  cst_dataset data;
  cst_clip clip[MADE_CLIPS];
  uint8_t role[MADE_CLIPS];
  cst_fold fold;
} made_job;

static const struct {
  cst_role role;
  int scene, session;
} made_clips[MADE_CLIPS] = {
    {CST_ROLE_TRAIN, 0, 0},       {CST_ROLE_TRAIN, 0, 0},       {CST_ROLE_TRAIN, 0, 0},
    {CST_ROLE_TRAIN, 1, 1},       {CST_ROLE_TRAIN, 1, 1},       {CST_ROLE_TRAIN, 0, 0},
    {CST_ROLE_VALIDATION, 1, 2},  {CST_ROLE_VALIDATION, 0, 2},  {CST_ROLE_UNLABELLED, -1, 0},
    {CST_ROLE_UNLABELLED, 1, 1},  {CST_ROLE_UNLABELLED, -1, 1}, {CST_ROLE_UNLABELLED, -1, 2},
    {CST_ROLE_UNLABELLED, -1, 2}, {CST_ROLE_TEST, 1, 2},
};

/* With @p yaml: further sections.  CST_OK, or what the configuration is refused with. */
static inline cst_status made_job_init(const cst_comm *comm, const char *yaml, made_job *out)
{
  static const char *const scenes[] = {"bus", "park"},
                           *const sessions[] = {"A 9:30", "B 21:45", "C"},
                           *const cities[] = {"Oslo", "Bergen"};
  cst_status st = CST_OK;
  cst_text text = {0};
  cst_strategy *strategy = NULL;
  *out = (made_job){0};
  cst_text_add(
      &text,
      "dataset: {root: d}\nfeatures: {frames: %d}\n"
      "model: {blocks: [4, 8], reduction: 4, heads: 2, feedforward: 4, pooled_frames: 4}\n%s",
      MADE_FRAMES, yaml);
  CST_TRY(cst_config_parse(text.data, text.bytes, "made.yaml", &out->config));
  for (size_t i = 0; i < 2; i++) cst_names_add(&out->data.scenes, scenes[i]);
  for (size_t i = 0; i < 2; i++) cst_names_add(&out->data.cities, cities[i]);
  for (size_t i = 0; i < 3; i++) cst_names_add(&out->data.sessions, sessions[i]);
  for (size_t i = 0; i < MADE_CLIPS; i++) {
    out->clip[i] = (cst_clip){.scene = made_clips[i].scene,
                              .session = made_clips[i].session,
                              .city = made_clips[i].session < 2 ? made_clips[i].session : CST_NONE,
                              .device = CST_NONE};
    out->role[i] = (uint8_t)made_clips[i].role;
  }
  out->data.clip = out->clip;
  out->data.n = MADE_CLIPS;
  out->fold = (cst_fold){.name = (char *)"made", .role = out->role};
  out->job = (cst_job){.comm = (cst_comm *)comm,
                       .config = out->config,
                       .threads = 1,
                       .data = &out->data,
                       .folds = {.fold = &out->fold, .n = 1}};
  cst_logmel_preset("icme2024", MADE_FRAMES, &out->job.spec);
  out->job.spec.bins = MADE_BINS;
  CST_TRY(cst_job_strategy(out->config, out->config->strategy.name, 2, 5, &strategy));
  out->job.views = *cst_strategy_views(strategy);
  out->job.params = *cst_strategy_get_params(strategy);
done:
  cst_strategy_destroy(&strategy);
  cst_text_reset(&text);
  return st;
}

static inline void made_job_reset(made_job *self)
{
  cst_names_reset(&self->data.scenes);
  cst_names_reset(&self->data.sessions);
  cst_names_reset(&self->data.cities);
  cst_config_destroy(&self->config);
}

#endif
