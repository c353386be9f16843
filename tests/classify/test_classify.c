/* Answers of windows to that of a recording, lines that tell them, and who hears which file. */
#include "answer.h"
#include "file_list.h"

#include "cassette/memory.h"
#include "cassette/table.h"
#include "support/test_support.h"

#include <math.h>
#include <string.h>

enum { K = 4 };
static const char *const names[K] = {"low", "high, or so", "mid", "none"};
static cst_classifier by;

static int name_classes(void **state)
{
  (void)state;
  by.spec.rate_hz = 100;
  for (size_t k = 0; k < K; k++) assert_int_equal(cst_names_add(&by.classes, names[k]), (int)k);
  return 0;
}

static int nothing_held(void **state)
{
  test_release(state);
  cst_names_reset(&by.classes);
  return cst_memory_blocks() == 0 ? 0 : -1;
}

static answer made(size_t windows, const double (*p)[K])
{
  answer a = {0};
  size_t at;
  for (size_t w = 0; w < windows; w++) {
    assert_ok(answer_add(&a, K, 50 * w, 100, &at));
    assert_int_equal(at, w);
    for (size_t k = 0; k < K; k++) assert_true(a.p[w * K + k] == 0.0); /* to be added to */
    memcpy(a.p + w * K, p[w], sizeof p[w]);
  }
  return a;
}

static void one_window_stays_itself(void **state)
{
  static const double p[1][K] = {{0.1, 0.2, 0.3, 0.4000000001}};
  double pool[K];
  answer a = made(1, p);
  (void)state;
  answer_pool(&a, K, pool);
  assert_memory_equal(pool, p, sizeof pool);
  answer_reset(&a);
}

/* Against the normalised geometric mean, and what one window rules out is out. */
static void several_are_pooled(void **state)
{
  static const double p[3][K] = {
      {0.5, 0.3, 0.2, 0.0}, {0.1, 0.1, 0.1, 0.7}, {0.25, 0.5, 0.125, 0.125}};
  double pool[K], want[K], sum = 0.0;
  answer a = made(3, p);
  (void)state;
  for (size_t k = 0; k < K; k++) {
    want[k] = 1.0;
    for (size_t w = 0; w < 3; w++) want[k] *= fmax(p[w][k], 1e-12);
    sum += want[k] = cbrt(want[k]);
  }
  answer_pool(&a, K, pool);
  for (size_t k = 0; k < K; k++) assert_near(pool[k], want[k] / sum, 1e-12, names[k]);
  assert_true(pool[3] < 1e-3);
  answer_reset(&a);
}

static char *lines(const answer *a, const cst_classify_options *options, const char *path)
{
  cst_text text = {0};
  answer_add_header(&by, options, &text);
  assert_ok(answer_add_lines(a, &by, options, path, &text));
  char *copy = cst_strdup(text.data);
  cst_text_reset(&text);
  return copy;
}

static void lines_tell_the_answer(void **state)
{
  static const double p[2][K] = {{0.25, 0.25, 0.5, 0.0}, {0.25, 0.25, 0.0625, 0.4375}};
  answer a = made(2, p);
  char *text;
  (void)state;
  text = lines(&a, &(cst_classify_options){.windows = true}, "a, b.wav");
  assert_string_equal(
      text, "filename,start_s,end_s,scene_label,confidence,second,second_confidence,third,"
            "third_confidence\n"
            "\"a, b.wav\",0.000,1.000,mid,0.500000,low,0.250000,\"high, or so\",0.250000\n"
            "\"a, b.wav\",0.500,1.500,none,0.437500,low,0.250000,\"high, or so\",0.250000\n");
  cst_free(text);
  text = lines(&a, &(cst_classify_options){.probabilities = true}, "x");
  const char *row = strchr(text, '\n') + 1; /* equal ones in order of the classes */
  assert_non_null(strstr(text, ",low,\"high, or so\",mid,none\n"));
  assert_true(strncmp(row, "x,0.000,1.500,low,", 18) == 0);
  cst_free(text);
  text = lines(&a, &(cst_classify_options){.windows = true, .format = CST_ANSWERS_JSONL}, "q\"");
  assert_true(strncmp(text,
                      "{\"filename\":\"q\\\"\",\"start_s\":0.0,\"end_s\":1.0,\"scene_label\":"
                      "\"mid\",\"confidence\":0.5,\"top\":[",
                      86) == 0);
  cst_free(text);
  answer_reset(&a);
}

/* Every file has an owner, nobody has much more to do than others, and all ranks agree. */
static void files_are_shared_by_length(void **state)
{
  enum { FILES = 40 };
  uint64_t bytes[FILES], total = 0;
  file_list files = {.n = FILES, .bytes = bytes};
  (void)state;
  for (size_t i = 0; i < FILES; i++) total += bytes[i] = i == 7 ? 5000 : 100 + i * 37 % 50;
  for (int ranks = 1; ranks <= 5; ranks++) {
    int owner[FILES];
    uint64_t most = 0, busy[5] = {0};
    assert_ok(file_list_share(&files, 0, FILES, ranks, owner));
    for (size_t i = 0; i < FILES; i++) {
      assert_in_range(owner[i], 0, ranks - 1);
      busy[owner[i]] += bytes[i];
    }
    for (int r = 0; r < ranks; r++) most = busy[r] > most ? busy[r] : most;
    const uint64_t fair = total / (uint64_t)ranks;
    assert_true(most <= (fair > 5000 ? fair : 5000) + 200);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_window_stays_itself),
      cmocka_unit_test(several_are_pooled),
      cmocka_unit_test(lines_tell_the_answer),
      cmocka_unit_test(files_are_shared_by_length),
  };
  return cmocka_run_group_tests(tests, name_classes, nothing_held) != 0;
}
