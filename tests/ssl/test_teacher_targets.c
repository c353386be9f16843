/* Targets of strategies with a teacher, against the reference: probabilities with ties, a scarce
 * class, one that nobody has, sessions with and without a label, with none and with no clip. */
#include "strategy_cases.h"

enum { CLIPS = 40, SESSIONS = 9 };

typedef struct {
  float p[CLIPS][K];
  int32_t session[CLIPS], label[SESSIONS];
  cst_teacher_view view;
} teacher;

static void read_teacher(const cst_store *store, teacher *t)
{
  golden_read(store, "teacher", "p", CST_F32, CLIPS * K, t->p);
  golden_read(store, "teacher", "session", CST_I32, CLIPS, t->session);
  golden_read(store, "teacher", "session_label", CST_I32, SESSIONS, t->label);
  t->view = (cst_teacher_view){CLIPS, K, t->p[0], t->session, t->label, SESSIONS};
}

typedef struct {
  const cst_store *store;
  const char *name;
  const teacher *teacher;
  size_t cases;
} target_visit;

static cst_strategy *make(const char *name, cst_strategy_params params)
{
  cst_strategy *self = NULL;
  assert_ok(cst_strategy_create(name, &params, K, CLIPS, &self));
  return self;
}

static cst_status check_targets(void *context, const char *name)
{
  target_visit *v = context;
  char group[PATH_BYTES / 2];
  double used[PARAMS], own[PARAMS], want[CLIPS][K];
  float target[CLIPS][K];
  int32_t copies[CLIPS], want_copies[CLIPS];
  snprintf(group, sizeof group, "teacher/%s/%s", v->name, name);
  cst_strategy *self = make(v->name, read_params(v->store, group, used));
  params_list(cst_strategy_get_params(self), own);
  for (size_t i = 0; i < PARAMS; i++)
    if (!isnan(used[i])) assert_near(own[i], used[i], 1e-12, group);
  golden_read(v->store, group, "target", CST_F64, CLIPS * K, want);
  golden_read(v->store, group, "copies", CST_I32, CLIPS, want_copies);
  assert_ok(cst_strategy_label(self, &v->teacher->view, target[0], copies));
  for (size_t i = 0; i < CLIPS; i++) {
    if (copies[i] != want_copies[i])
      fail_msg("%s: clip %zu has %d copies, want %d", group, i, copies[i], want_copies[i]);
    for (size_t k = 0; copies[i] && k < K; k++) /* what is not trained on has no target */
      if (!(fabs((double)target[i][k] - want[i][k]) <= 1e-6 * want[i][k] + 1e-30))
        fail_msg("%s: target of clip %zu, class %zu: got %.9g, want %.9g", group, i, k,
                 (double)target[i][k], want[i][k]);
  }
  cst_strategy_destroy(&self);
  v->cases++;
  return CST_OK;
}

static void targets_are_those_of_the_definition(void **state)
{
  cst_store *store = golden_open();
  teacher t;
  (void)state;
  read_teacher(store, &t);
  for (const char *const *name = cst_strategy_names(); *name; name++) {
    cst_strategy *self = make(*name, cst_strategy_own_params());
    const bool teaches = cst_strategy_views(self)->teacher;
    cst_strategy_destroy(&self);
    char group[PATH_BYTES / 2];
    target_visit visit = {.store = store, .name = *name, .teacher = &t};
    snprintf(group, sizeof group, "teacher/%s", *name);
    if (teaches != cst_store_has(store, group))
      fail_msg("%s %s a teacher, the reference says otherwise: scripts/golden/teacher_targets.py",
               *name, teaches ? "has" : "has not");
    if (!teaches) continue;
    assert_ok(cst_store_list(store, group, check_targets, &visit));
    assert_true(visit.cases >= 1);
  }
  cst_store_close(&store);
}

/* A round of no clips is no error: all cities of unlabelled clips may be held out. */
static void no_clips_no_targets(void **state)
{
  const cst_teacher_view nothing = {.K = K};
  (void)state;
  for (const char *const *name = cst_strategy_names(); *name; name++) {
    cst_strategy *self = make(*name, cst_strategy_own_params());
    float target = 7.0f;
    int32_t copies = 7;
    if (cst_strategy_views(self)->teacher) {
      assert_ok(cst_strategy_label(self, &nothing, &target, &copies));
      assert_true(target == 7.0f && copies == 7);
    }
    cst_strategy_destroy(&self);
  }
}

static void a_temperature_near_zero_leaves_one_class(void **state)
{
  const float p[K] = {0.15f, 0.3f, 0.25f, 0.2f, 0.1f}; /* p^10000 underflows in all classes */
  const cst_teacher_view view = {.n = 1, .K = K, .p = p};
  cst_strategy_params params = cst_strategy_own_params();
  params.temperature = 1e-4;
  cst_strategy *self = make("soft", params);
  float target[K];
  int32_t copies;
  (void)state;
  assert_ok(cst_strategy_label(self, &view, target, &copies));
  for (size_t k = 0; k < K; k++) assert_true(target[k] == (k == 1 ? 1.0f : 0.0f));
  cst_strategy_destroy(&self);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      BALANCED(targets_are_those_of_the_definition),
      BALANCED(no_clips_no_targets),
      BALANCED(a_temperature_near_zero_leaves_one_class),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
