/* Teachers from elsewhere: what is averaged, that positions and order mean nothing, and what is
 * refused and how. */
#include "cassette/teacher_table.h"

#include "cassette/memory.h"
#include "cassette/store.h"
#include "made.h"

#include <math.h>

static const char *const clips = "filename,scene_label,city,session\n"
                                 "a.wav,bus,x,1\nb.wav,metro,x,2\nc.wav,tram,y,3\nd.wav,,y,4\n";
enum { CLIPS = 4, CLASSES = 3 };
static cst_dataset *data;
static const char *dir; /* of the tables */

static int make(void **state)
{
  (void)state;
  dir = test_temp_dir();
  data = made_csv(clips);
  return 0;
}

static int release(void **state)
{
  cst_dataset_destroy(&data);
  return test_release(state);
}

/* A table's text as a file of its own. */
static char *table_file(const char *name, const char *text)
{
  char *path = cst_path_join(dir, name);
  test_write_file(path, text, strlen(text));
  return path;
}

static cst_status read_texts(size_t n, const char *const *text, cst_scores kind, cst_teacher *out)
{
  const char *path[4];
  char *made[4], name[16];
  for (size_t i = 0; i < n; i++) {
    snprintf(name, sizeof name, "teacher%zu.csv", i);
    path[i] = made[i] = table_file(name, text[i]);
  }
  const cst_status st = cst_teacher_read(n, path, kind, data, out);
  for (size_t i = 0; i < n; i++) cst_free(made[i]);
  return st;
}

static void assert_row(const cst_teacher *t, size_t clip, double bus, double metro, double tram)
{
  const double want[] = {bus, metro, tram};
  for (size_t k = 0; k < CLASSES; k++) assert_near(t->p[clip * CLASSES + k], want[k], 1e-12, "p");
}

static void rows_and_columns_are_found_by_name(void **state)
{
  (void)state;
  static const char *const same[] = {
      "filename,bus,metro,tram\na.wav,.5,.25,.25\nb.wav,0,1,0\nd.wav,.125,.125,.75\n",
      "tram,filename,bus,metro\n.75,d.wav,.125,.125\n.25,a.wav,.5,.25\n0,b.wav,0,1\n",
      ("filename\tscene_label\ttram\tmetro\tbus\r\nb.wav\tbus\t0\t1\t0\r\n"
       "d.wav\t\t.75\t.125\t.125\r\na.wav\ttram\t2.5e-1\t0.25\t5.0E-1\r\n"),
      "filename;bus;metro;tram\nelsewhere.wav;1;0;0\nb.wav;0;1;0\na.wav;.5;.25;.25\nd.wav;.125;.125;.75\n",
  };
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    cst_teacher t;
    assert_ok(read_texts(1, &same[i], CST_SCORES_AUTO, &t));
    assert_row(&t, 0, 0.5, 0.25, 0.25);
    assert_row(&t, 1, 0, 1, 0);
    assert_row(&t, 2, 0, 0, 0);
    assert_row(&t, 3, 0.125, 0.125, 0.75);
    assert_int_equal(t.tables[0] + t.tables[1] + t.tables[3], 3);
    assert_int_equal(t.tables[2], 0);
    assert_int_equal(t.foreign, i == 3);
    cst_teacher_reset(&t);
  }
}

static void logits_become_probabilities(void **state)
{
  (void)state;
  const char *text = "filename,bus,metro,tram\na.wav,-1,2,0.5\n";
  const double sum = exp(-1.0) + exp(2.0) + exp(0.5);
  cst_teacher t;
  assert_ok(read_texts(1, &text, CST_SCORES_AUTO, &t));
  assert_row(&t, 0, exp(-1.0) / sum, exp(2.0) / sum, exp(0.5) / sum);
  cst_teacher_reset(&t);
  text = "filename,bus,metro,tram\na.wav,0,0,1\n"; /* could be either: said */
  assert_ok(read_texts(1, &text, CST_SCORES_LOGITS, &t));
  assert_row(&t, 0, 1 / (2 + exp(1.0)), 1 / (2 + exp(1.0)), exp(1.0) / (2 + exp(1.0)));
  cst_teacher_reset(&t);
}

/* softmax of the mean of logits and log probabilities, clip by clip over the tables that have it. */
static void tables_are_averaged_in_any_order(void **state)
{
  (void)state;
  static const char *const text[] = {"filename,bus,metro,tram\na.wav,.5,.25,.25\nb.wav,0,.5,.5\n",
                                     "filename,bus,metro,tram\na.wav,-3,1,2\nc.wav,0,-1,0\n",
                                     "filename,bus,metro,tram\na.wav,.1,.2,.7\n"};
  static const size_t order[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                    {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  double z[CLASSES] = {(log(.5) - 3 + log(.1)) / 3, (log(.25) + 1 + log(.2)) / 3,
                       (log(.25) + 2 + log(.7)) / 3};
  double sum = 0.0, b0 = 1e-12 / (1e-12 + 1);
  cst_teacher first = {0};
  for (size_t k = 0; k < CLASSES; k++) sum += exp(z[k]);
  for (size_t o = 0; o < 6; o++) {
    const char *turned[] = {text[order[o][0]], text[order[o][1]], text[order[o][2]]};
    cst_teacher t;
    assert_ok(read_texts(3, turned, CST_SCORES_AUTO, &t));
    assert_row(&t, 0, exp(z[0]) / sum, exp(z[1]) / sum, exp(z[2]) / sum);
    assert_row(&t, 1, b0, (1 - b0) / 2, (1 - b0) / 2);
    assert_int_equal(t.tables[0], 3);
    assert_int_equal(t.tables[2], 1);
    if (o == 0) {
      first = t;
      continue;
    }
    assert_memory_equal(t.p, first.p, CLIPS * CLASSES * sizeof *t.p);
    assert_string_equal(t.digest, first.digest);
    cst_teacher_reset(&t);
  }
  cst_teacher_reset(&first);
}

static void bad_tables_are_refused_with_file_and_line(void **state)
{
  (void)state;
  static const struct {
    const char *text, *says;
  } bad[] = {
      {"filename,bus,metro,tram\na.wav,.5,.25,.25\n\na.wav,1,0,0\n",
       "teacher0.csv:4: clip 'a.wav' is there twice"},
      {"filename,bus,metro\na.wav,.5,.5\n", "teacher0.csv:1: no column for class 'tram'"},
      {"filename,bus,metro,trams\na.wav,.5,.5,0\n",
       "'trams' is no class of the data set (did you mean 'tram'?)"},
      {"filename,bus,metro,tram,zoo\na.wav,.5,.5,0,0\n",
       "'zoo' is no class of the data set; the classes are bus, metro, tram"},
      {"bus,metro,tram\n.5,.5,0\n", "filename"},
      {"filename,bus,metro,tram\na.wav,nan,.5,.5\n",
       "teacher0.csv:2: 'nan' for class 'bus' is no finite number"},
      {"filename,bus,metro,tram\na.wav,inf,.5,.5\n", "'inf' for class 'bus'"},
      {"filename,bus,metro,tram\na.wav,1e999,.5,.5\n", "'1e999' for class 'bus'"},
      {"filename,bus,metro,tram\na.wav,0x1,.5,.5\n", "'0x1' for class 'bus'"},
      {"filename,bus,metro,tram\na.wav,,.5,.5\n", "'' for class 'bus'"},
      {"filename,bus,metro,tram\na.wav,.5,.25,.25\nb.wav,.5,.5,.5\n",
       "teacher0.csv:3: the probabilities of 'b.wav' are negative or do not sum to 1"},
      {"filename,bus,metro,tram\na.wav,.5,.25,.25\nb.wav,1.5,-1,.5\n",
       "teacher0.csv:3: the probabilities of 'b.wav'"},
      {"filename,bus,metro,tram\na,.5,.25,.25\n",
       "no file name of this table is a clip of the data set: 'a'"},
      {"filename,bus,metro,tram\n", "teacher0.csv"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    cst_teacher t;
    assert_fails(CST_ERR_DATA, read_texts(1, &bad[i].text, CST_SCORES_AUTO, &t), bad[i].says);
  }
}

static void a_table_named_twice_is_refused(void **state)
{
  (void)state;
  const char *const text[] = {"filename,bus,metro,tram\na.wav,1,0,0\n",
                              "filename,bus,metro,tram\na.wav,1,0,0\n"};
  cst_teacher t;
  assert_fails(CST_ERR_DATA, read_texts(2, text, CST_SCORES_AUTO, &t), "are the same table");
}

/* ---- HDF5 ---- */

/* A file with the given classes and values, as others write it. */
static char *hdf5_file(const char *array, const char *const *class, size_t columns, size_t rows,
                       const double *value)
{
  static const char *const name[] = {"c.wav", "a.wav", "elsewhere.wav"};
  static int files; /* what was read is not replaced */
  char *path = cst_format("%s/teacher%d.h5", dir, files++);
  cst_store *store;
  assert_ok(cst_store_create(path, &store));
  assert_ok(cst_store_write_strings(store, "filename", 3, name));
  assert_ok(cst_store_write_strings(store, "classes", columns, class));
  assert_ok(cst_store_write(store, array, CST_F64, 2, (size_t[]){rows, columns}, value, true));
  assert_ok(cst_store_commit(&store));
  return path;
}

static void arrays_of_hdf5_are_found_by_name(void **state)
{
  (void)state;
  static const char *const class[] = {"tram", "bus", "metro"};
  static const double p[] = {1, 0, 0, .25, .5, .25, 0, 0, 1};
  char *path = hdf5_file("probabilities", class, 3, 3, p);
  cst_teacher t;
  assert_ok(cst_teacher_read(1, (const char *const[]){path}, CST_SCORES_AUTO, data, &t));
  assert_row(&t, 2, 0, 0, 1);
  assert_row(&t, 0, 0.5, 0.25, 0.25);
  assert_int_equal(t.tables[1], 0);
  assert_int_equal(t.foreign, 1);
  cst_teacher_reset(&t);
  assert_fails(CST_ERR_DATA,
               cst_teacher_read(1, (const char *const[]){path}, CST_SCORES_LOGITS, data, &t),
               "holds /probabilities, and the configuration says logits");
  cst_free(path);
  path = hdf5_file("logits", class, 3, 3, p); /* all of them could be probabilities, but are not */
  assert_ok(cst_teacher_read(1, (const char *const[]){path}, CST_SCORES_AUTO, data, &t));
  assert_row(&t, 2, 1 / (2 + exp(1.0)), 1 / (2 + exp(1.0)), exp(1.0) / (2 + exp(1.0)));
  cst_teacher_reset(&t);
  cst_free(path);
}

static void bad_arrays_of_hdf5_are_refused(void **state)
{
  (void)state;
  static const char *const good[] = {"tram", "bus", "metro"}, *const twice[] = {"tram", "bus",
                                                                                "bus"};
  static const double p[] = {1, 0, 0, .25, .5, .25, 0, NAN, 1, 0, 0, 1};
  const struct {
    const char *array, *const *class;
    size_t rows;
    const char *says;
  } bad[] = {
      {"scores", good, 3, "has neither /logits nor /probabilities"},
      {"logits", twice, 3, "class 'bus' is there twice"},
      {"logits", good, 2, "/logits is not [3][3]"},
      {"logits", good, 3, "/logits row 3 ('elsewhere.wav') has a number that is not finite"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char *path = hdf5_file(bad[i].array, bad[i].class, 3, bad[i].rows, p);
    cst_teacher t;
    assert_fails(CST_ERR_DATA,
                 cst_teacher_read(1, (const char *const[]){path}, CST_SCORES_AUTO, data, &t),
                 bad[i].says);
    cst_free(path);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_and_columns_are_found_by_name),
      cmocka_unit_test(logits_become_probabilities),
      cmocka_unit_test(tables_are_averaged_in_any_order),
      cmocka_unit_test(bad_tables_are_refused_with_file_and_line),
      cmocka_unit_test(a_table_named_twice_is_refused),
      cmocka_unit_test(arrays_of_hdf5_are_found_by_name),
      cmocka_unit_test(bad_arrays_of_hdf5_are_refused),
  };
  return cmocka_run_group_tests(tests, make, release);
}
