/* Verification against the golden dumps, and that it notices what is wrong with one, or with this
 * program.  Also against any dump that CST_TEST_DUMP names, e.g. a full-size one. */
#include "broken_dump.h"
#include "cassette/exact.h"
#include "cassette/oracle.h"
#include "small_model.h"

#include <math.h>
#include <stdlib.h>

static cst_comm *comm;

typedef struct {
  size_t lines, missed;
  double worst; /* error over tolerance */
  char first_missed[128];
} tally;

static void count_line(void *context, const cst_oracle_line *line)
{
  tally *t = context;
  t->lines++;
  t->worst = fmax(t->worst, line->error / line->tolerance);
  assert_int_equal(line->ok, line->error <= line->tolerance);
  if (!line->ok && t->missed++ == 0)
    snprintf(t->first_missed, sizeof t->first_missed, "%s", line->name);
}

static cst_products products = CST_PRODUCTS_FP32; /* of the next checks */

static cst_status verify(const char *path, cst_conv_method method, int threads, tally *t)
{
  *t = (tally){0};
  return cst_oracle_verify(comm, path, method, products, threads, count_line, t);
}

/* Arrays of a dump: tensors, statistics, activations. */
typedef struct {
  const char *path;
  size_t tensors, stats, seen;
} dump_size;

/* Per step: every tensor's gradient, value and two moments, the statistics, the loss; of the first
 * step the activations and the gradients as trained; the evaluation's logits. */
static void check_size(const dump_size *dump, size_t steps, cst_conv_method method, int threads)
{
  tally t;
  const size_t lines =
      steps * (dump->tensors * 4 + dump->stats + 1) + dump->seen + dump->tensors + 1;
  assert_ok(verify(dump->path, method, threads, &t));
  assert_int_equal(t.lines, cst_comm_rank(comm) == 0 ? lines : 0);
  assert_int_equal(t.missed, 0);
  assert_true(cst_comm_rank(comm) != 0 || t.worst > 1e-6); /* something was compared */
}

/* A dump of SE-Trans. */
static void check_passes(const char *path, size_t steps, cst_conv_method method, int threads)
{
  check_size(&(dump_size){path, 36, 15, 7}, steps, method, threads);
}

static void golden_dumps_of_other_members_pass(void **state)
{
  static const dump_size dumps[] = {{RESIDUAL_DUMP, 2 + 4 * 10 + 3 + 2, 3 + 8 * 3, 9},
                                    {STEM_DUMP, 2 + 4 * 3 + 2 * 12 + 2, 3 + 4 * 3, 7}};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    check_size(&dumps[i], 1, CST_CONV_BY_DEFAULT, 2);
    check_size(&dumps[i], 1, CST_CONV_BY_IM2COL, 1);
  }
}

static void a_golden_dump_of_a_network_that_is_told_passes(void **state)
{
  const dump_size told = {TOLD_DUMP, 36 + 6, 15 + 1, 7};
  (void)state;
  check_size(&told, 1, CST_CONV_BY_DEFAULT, 1);
  check_size(&told, 1, CST_CONV_BY_IM2COL, 2);
}

static void golden_dumps_pass(void **state)
{
  (void)state;
  check_passes(EVEN_DUMP, 2, CST_CONV_BY_DEFAULT, 1);
  check_passes(ODD_DUMP, 2, CST_CONV_BY_DEFAULT, 2);
}

static void golden_dumps_pass_in_parts_of_bfloat16(void **state)
{
  products = CST_PRODUCTS_BF16X3;
  golden_dumps_pass(state);
  golden_dumps_of_other_members_pass(state);
  products = CST_PRODUCTS_FP32;
}

static void golden_dumps_pass_by_every_convolution(void **state)
{
  (void)state;
  check_passes(ODD_DUMP, 2, CST_CONV_BY_LOOPS, 1);
  check_passes(ODD_DUMP, 2, CST_CONV_BY_IM2COL, 1);
  check_passes(ODD_DUMP, 2, CST_CONV_BY_WINOGRAD, 1);
}

static void a_named_dump_passes(void **state)
{
  const char *path = getenv("CST_TEST_DUMP");
  tally t;
  (void)state;
  if (!path) skip();
  assert_ok(verify(path, CST_CONV_BY_DEFAULT, 1, &t));
}

/* ---- dumps with something wrong ---- */

/* The loss of step 1 moved by 1e-5 of itself. */
static void a_wrong_number_is_named(void **state)
{
  cst_store *store = NULL;
  double loss, moved;
  tally t;
  (void)state;
  assert_ok(cst_store_open(EVEN_DUMP, &store));
  assert_ok(cst_store_read(store, "f64/step1/loss", CST_F64, 1, &loss));
  cst_store_close(&store);
  moved = loss * (1.0 + 1e-5);
  assert_fails(verify(broken_dump(&loss, &moved, sizeof loss), CST_CONV_BY_DEFAULT, 1, &t),
               CST_ERR_NUMBERS, "step1/loss");
  if (cst_comm_rank(comm) != 0) return;
  assert_int_equal(t.missed, 1);
  assert_string_equal(t.first_missed, "step1/loss");
}

/* ---- a program whose gradients are wrong ---- */

/* How a flat gradient is spoilt on its way from the exact sums (linked in front of the program's).
 */
static void (*spoil)(const cst_layout *layout, double *gradient);
static const cst_layout *layout;

void __real_cst_exact_total(cst_exact *self, const cst_comm *on, double *out, size_t *bad);
void __wrap_cst_exact_total(cst_exact *self, const cst_comm *on, double *out, size_t *bad);
void __wrap_cst_exact_total(cst_exact *self, const cst_comm *on, double *out, size_t *bad)
{
  __real_cst_exact_total(self, on, out, bad);
  if (spoil) spoil(layout, out);
}

static void one_percent_more(const cst_layout *of, double *gradient)
{
  for (size_t i = 0; i < of->floats; i++) gradient[i] *= 1.01;
}

static void without_a_bias(const cst_layout *of, double *gradient)
{
  const cst_param *p = cst_layout_find(of, "block1.bn2.bias");
  memset(gradient + p->offset, 0, p->count * sizeof *gradient);
}

static void with_transposed_kernels(const cst_layout *of, double *gradient)
{
  const cst_param *p = cst_layout_find(of, "block2.conv1.weight");
  for (double *k = gradient + p->offset; k < gradient + p->offset + p->count; k += 9)
    for (size_t i = 0; i < 3; i++)
      for (size_t j = 0; j < i; j++) {
        const double swapped = k[3 * i + j];
        k[3 * i + j] = k[3 * j + i];
        k[3 * j + i] = swapped;
      }
}

/* Gradients that are missed in both steps of the golden dump, and one of them. */
static void check_spoilt(void (*how)(const cst_layout *, double *), const char *name, size_t missed)
{
  cst_model_spec spec = small_spec(); /* of the golden dumps but for these */
  cst_model *model = NULL;
  tally t;
  spec.frames = 48;
  spec.pooled_frames = 6;
  spec.classes = 10;
  assert_ok(cst_model_create(&spec, cst_comm_self(), 0, 1, &model));
  layout = cst_model_params(model);
  spoil = how;
  const cst_status st = verify(EVEN_DUMP, CST_CONV_BY_DEFAULT, 1, &t);
  spoil = NULL;
  cst_model_destroy(&model);
  assert_fails(st, CST_ERR_NUMBERS, name);
  /* by the definition in both steps, and as trained in the first */
  if (cst_comm_rank(comm) == 0) assert_int_equal(t.missed, 3 * missed);
}

static void a_wrong_gradient_is_named(void **state)
{
  (void)state;
  check_spoilt(one_percent_more, "108 of", 36);
  check_spoilt(without_a_bias, "block1.bn2.bias", 1);
  check_spoilt(with_transposed_kernels, "block2.conv1.weight", 1);
}

/* ---- files that are no dump ---- */

static void check_broken(const char *from, const char *to, const char *fragment)
{
  tally t;
  assert_int_equal(strlen(from), strlen(to));
  assert_fails(verify(broken_dump(from, to, strlen(from)), CST_CONV_BY_DEFAULT, 1, &t),
               CST_ERR_DATA, fragment);
}

static void a_missing_array_is_named(void **state)
{
  (void)state;
  check_broken("eval_logits", "eval_logitz", "f64/eval_logits");
  check_broken("adam_v", "adam_w", "adam_v/bn0.weight");
  check_broken("target", "tarqet", "target");
  check_broken("encoded", "encodee", "act/encoded");
}

static void a_missing_setting_is_named(void **state)
{
  (void)state;
  check_broken("bn_momentum", "bn_momentun", "bn_momentum");
}

static void an_impossible_label_is_named(void **state)
{
  cst_store *store = NULL;
  int64_t label[4], wrong[4];
  tally t;
  (void)state;
  assert_ok(cst_store_open(EVEN_DUMP, &store));
  assert_ok(cst_store_read(store, "target", CST_I64, 4, label));
  cst_store_close(&store);
  memcpy(wrong, label, sizeof label);
  wrong[2] = 10;
  assert_fails(verify(broken_dump(label, wrong, sizeof label), CST_CONV_BY_DEFAULT, 1, &t),
               CST_ERR_DATA, "target");
}

static void what_is_no_dump_is_refused(void **state)
{
  tally t;
  (void)state;
  assert_fails(verify("/nowhere/dump.h5", CST_CONV_BY_DEFAULT, 1, &t), CST_ERR_DATA, "dump.h5");
  assert_fails(verify(CST_TEST_DIR "/golden/h5py.h5", CST_CONV_BY_DEFAULT, 1, &t), CST_ERR_DATA,
               "input");
}

/* The last rank's file differs: all ranks fail together. */
static void one_rank_s_trouble_is_everybody_s(void **state)
{
  const char *broken = broken_dump("adam_v", "adam_w", 6);
  const bool last = cst_comm_rank(comm) == cst_comm_size(comm) - 1;
  tally t;
  (void)state;
  assert_fails(verify(last ? broken : EVEN_DUMP, CST_CONV_BY_DEFAULT, 1, &t), CST_ERR_DATA,
               "adam_v");
}

static void nothing_is_left_in_memory(void **state)
{
  size_t *before = *state;
  assert_int_equal(cst_memory_blocks(), *before);
}

int main(int argc, char **argv)
{
  size_t blocks = 0;
  if (cst_comm_init(&argc, &argv, &comm) != CST_OK) return 1;
  blocks = cst_memory_blocks();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(golden_dumps_pass),
      cmocka_unit_test(a_golden_dump_of_a_network_that_is_told_passes),
      cmocka_unit_test(golden_dumps_of_other_members_pass),
      cmocka_unit_test(golden_dumps_pass_by_every_convolution),
      cmocka_unit_test(golden_dumps_pass_in_parts_of_bfloat16),
      cmocka_unit_test(a_named_dump_passes),
      cmocka_unit_test(a_wrong_number_is_named),
      cmocka_unit_test(a_wrong_gradient_is_named),
      cmocka_unit_test(a_missing_array_is_named),
      cmocka_unit_test(a_missing_setting_is_named),
      cmocka_unit_test(an_impossible_label_is_named),
      cmocka_unit_test(what_is_no_dump_is_refused),
      cmocka_unit_test(one_rank_s_trouble_is_everybody_s),
      cmocka_unit_test_prestate(nothing_is_left_in_memory, &blocks),
  };
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  cst_comm_finalize(&comm);
  return failed != 0;
}
