/* What a stage trains on, and which clips its steps take. */
#include "stage_clips.h"
#include "support/test_support.h"

#include "made_job.h"
#include "plan.h"

#include "cassette/memory.h"

#include <string.h>

typedef struct {
  made_job made;
  training training;
  int truth[MADE_CLIPS];
  float pseudo_target[2 * MADE_CLIPS];
  int32_t pseudo_copies[MADE_CLIPS];
} fixture;

/* Stage @p stage of a fold, with its clips. */
static fixture *begin(cst_stage stage, const char *yaml)
{
  fixture *f = cst_alloc(1, sizeof *f);
  assert_ok(made_job_init(cst_comm_self(), yaml, &f->made));
  for (size_t i = 0; i < MADE_CLIPS; i++) f->truth[i] = CST_NONE;
  f->training = (training){.job = &f->made.job,
                           .state = {.stage = stage},
                           .order = {.rounds = 1},
                           .truth = f->truth,
                           .pseudo_target = f->pseudo_target,
                           .pseudo_copies = f->pseudo_copies};
  return f;
}

static const stage_clips *make(fixture *f)
{
  stage_clips_reset(&f->training.clips);
  assert_ok(stage_clips_make(&f->training, &f->training.clips));
  return &f->training.clips;
}

static void end(fixture *f)
{
  stage_clips_reset(&f->training.clips);
  made_job_reset(&f->made);
  cst_free(f);
  assert_int_equal(cst_memory_blocks(), 0);
}

static void assert_list(const uint32_t *list, size_t n, const char *want)
{
  char got[256] = "";
  for (size_t i = 0; i < n; i++)
    snprintf(got + strlen(got), sizeof got - strlen(got), "%s%u", i ? " " : "", list[i]);
  assert_string_equal(got, want);
}

static void labels_alone_are_tuned_on(void **state)
{
  (void)state;
  fixture *f = begin(CST_STAGE_FINETUNE, "train: {batch: 4}\nstrategy: {name: fixmatch}\n");
  const stage_clips *c = make(f);
  assert_list(c->labelled, c->n_labelled, "0 1 2 3 4 5");
  assert_list(c->validation, c->n_validation, "6 7");
  assert_list(c->background, c->n_background, "8 9 10 11 12");
  assert_int_equal(c->n_unlabelled, 0);
  assert_int_equal(c->batch.unlabelled, 0);
  assert_int_equal(c->steps, 2);
  assert_false(c->endless);
  for (size_t i = 0; i < 6; i++) {
    assert_int_equal(c->label[i], made_clips[i].scene);
    assert_true(c->target[2 * i + (size_t)c->label[i]] == 1.0f);
    assert_true(c->target[2 * i + 1 - (size_t)c->label[i]] == 0.0f);
  }
  end(f);
}

/* The label of an unlabelled clip is hidden: training does not see it. */
static void hidden_labels_check_and_do_not_teach(void **state)
{
  (void)state;
  fixture *f = begin(CST_STAGE_STUDENT, "strategy: {name: fixmatch}\n");
  const stage_clips *c = make(f);
  assert_string_equal(c->checked_by, "sessions");
  const int by_session[] = {0, 1, 1, CST_NONE, CST_NONE};
  for (size_t i = 8; i < 13; i++) {
    assert_int_equal(c->check[i], by_session[i - 8]);
    assert_int_equal(c->label[i], CST_NONE);
    assert_true(c->target[2 * i] == 0.0f && c->target[2 * i + 1] == 0.0f);
  }
  assert_int_equal(c->check[0], CST_NONE);
  f->truth[9] = 1;
  c = make(f);
  assert_string_equal(c->checked_by, "hidden labels");
  for (size_t i = 8; i < 13; i++) assert_int_equal(c->check[i], i == 9 ? 1 : CST_NONE);
  assert_int_equal(c->label[9], CST_NONE);
  end(f);
}

/* A teacher's student learns what it labelled as if it were labels, as often as it says. */
static void students_have_copies_of_what_their_teacher_labelled(void **state)
{
  (void)state;
  fixture *f = begin(CST_STAGE_STUDENT, "train: {batch: 4}\nstrategy: {name: one-shot}\n");
  f->pseudo_copies[8] = 1;
  f->pseudo_copies[11] = 3;
  f->pseudo_target[2 * 11] = 0.25f;
  f->pseudo_target[2 * 11 + 1] = 0.75f;
  const stage_clips *c = make(f);
  assert_list(c->labelled, c->n_labelled, "0 1 2 3 4 5 8 11 11 11");
  assert_int_equal(c->n_unlabelled, 0);
  assert_true(c->target[2 * 11] == 0.25f && c->target[2 * 11 + 1] == 0.75f);
  assert_int_equal(c->steps, 3); /* of 6 labelled and 5 unlabelled clips, whatever was kept */
  assert_true(c->endless);
  end(f);
}

static void unlabelled_clips_come_by_ratio(void **state)
{
  (void)state;
  fixture *f =
      begin(CST_STAGE_STUDENT, "train: {batch: 4}\nstrategy: {name: fixmatch, ratio: 1.5}\n");
  const stage_clips *c = make(f);
  assert_list(c->unlabelled, c->n_unlabelled, "8 9 10 11 12");
  assert_int_equal(c->batch.labelled, 4);
  assert_int_equal(c->batch.unlabelled, 6);
  assert_int_equal(c->steps, 3);
  end(f);
}

/* How often steps [first, end) of the current epoch take each clip. */
static void count(fixture *f, size_t first, size_t end_step, size_t labelled[MADE_CLIPS],
                  size_t unlabelled[MADE_CLIPS])
{
  const stage_clips *c = &f->training.clips;
  step_clips drawn;
  memset(labelled, 0, MADE_CLIPS * sizeof *labelled);
  memset(unlabelled, 0, MADE_CLIPS * sizeof *unlabelled);
  assert_ok(step_clips_create(&f->training, &drawn));
  for (size_t step = first; step < end_step; step++) {
    step_clips_draw(&f->training, step, &drawn);
    for (size_t i = 0; i < drawn.n.labelled; i++) labelled[drawn.labelled[i]]++;
    for (size_t i = 0; i < drawn.n.unlabelled; i++) {
      unlabelled[drawn.unlabelled[i]]++;
      assert_int_equal(drawn.unlabelled[i], c->unlabelled[drawn.number[i]]);
    }
  }
  step_clips_reset(&drawn);
}

static void an_epoch_has_every_label_once(void **state)
{
  (void)state;
  size_t labelled[MADE_CLIPS], unlabelled[MADE_CLIPS];
  fixture *f = begin(CST_STAGE_FINETUNE, "train: {batch: 4}\n");
  make(f);
  for (f->training.state.epoch = 0; f->training.state.epoch < 3; f->training.state.epoch++) {
    count(f, 0, f->training.clips.steps, labelled, unlabelled);
    for (size_t i = 0; i < MADE_CLIPS; i++) assert_int_equal(labelled[i], i < 6);
  }
  end(f);
}

/* Lists of other lengths are read side by side, each in passes of its own, over epochs too. */
static void streams_take_every_clip_equally_often(void **state)
{
  (void)state;
  size_t labelled[MADE_CLIPS], unlabelled[MADE_CLIPS], all[2][MADE_CLIPS] = {{0}};
  fixture *f = begin(CST_STAGE_STUDENT, "train: {batch: 4}\nstrategy: {name: fixmatch}\n");
  make(f);
  for (f->training.state.epoch = 0; f->training.state.epoch < 5; f->training.state.epoch++) {
    count(f, 0, 3, labelled, unlabelled);
    for (size_t i = 0; i < MADE_CLIPS; i++) {
      all[0][i] += labelled[i];
      all[1][i] += unlabelled[i];
    }
  }
  for (size_t i = 0; i < 6; i++) assert_int_equal(all[0][i], 10);  /* 60 in 6 */
  for (size_t i = 8; i < 13; i++) assert_int_equal(all[1][i], 12); /* 60 in 5 */
  end(f);
}

static void a_step_is_drawn_alike_whenever_it_is_drawn(void **state)
{
  (void)state;
  size_t one[2][MADE_CLIPS], again[2][MADE_CLIPS];
  fixture *f = begin(CST_STAGE_STUDENT, "train: {batch: 4}\nstrategy: {name: fixmatch}\n");
  make(f);
  count(f, 1, 2, one[0], one[1]);
  count(f, 0, 1, again[0], again[1]);
  count(f, 1, 2, again[0], again[1]);
  assert_memory_equal(one, again, sizeof one);
  end(f);
}

static void balanced_steps_have_every_class_equally_often(void **state)
{
  (void)state;
  size_t labelled[MADE_CLIPS], unlabelled[MADE_CLIPS];
  fixture *f = begin(CST_STAGE_FINETUNE, "train: {batch: 4, balance: classes}\n");
  make(f);
  for (size_t step = 0; step < 6; step++) {
    count(f, step, step + 1, labelled, unlabelled);
    assert_int_equal(labelled[0] + labelled[1] + labelled[2] + labelled[5], 2);
    assert_int_equal(labelled[3] + labelled[4], 2);
  }
  end(f);
}

static void one_label_is_refused(void **state)
{
  (void)state;
  fixture *f = begin(CST_STAGE_FINETUNE, "");
  for (size_t i = 1; i < 6; i++) f->made.role[i] = CST_ROLE_NONE;
  assert_fails(stage_clips_make(&f->training, &f->training.clips), CST_ERR_DATA,
               "fold made: 1 clips to train on in stage finetune");
  end(f);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(labels_alone_are_tuned_on),
      cmocka_unit_test(hidden_labels_check_and_do_not_teach),
      cmocka_unit_test(students_have_copies_of_what_their_teacher_labelled),
      cmocka_unit_test(unlabelled_clips_come_by_ratio),
      cmocka_unit_test(an_epoch_has_every_label_once),
      cmocka_unit_test(streams_take_every_clip_equally_often),
      cmocka_unit_test(a_step_is_drawn_alike_whenever_it_is_drawn),
      cmocka_unit_test(balanced_steps_have_every_class_equally_often),
      cmocka_unit_test(one_label_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
