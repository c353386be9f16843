/* Bad metadata: each is refused with its place and a cure, and leaves nothing behind. */
#include "cassette/dataset.h"
#include "cassette/log.h"

#include "made.h"

/* One bad data set per row: tables by name, what is refused, and where. */
typedef struct {
  const char *layout;
  const char *file[6]; /* name, text, name, text ... */
  const char *message;
} bad_set;

#define TAU_HEAD "filename\tscene_label\tidentifier\tsource_label\n"
static const char dots64[] = "................................................................";

static const bad_set bad_sets[] = {
    {"cas", {NULL}, "none of the usual tables (ICME2024_ASC_dev_label.csv, APSIPA"},
    {"cas", {ICME, ""}, ICME ": the table is empty"},
    {"cas", {ICME, "filename,scene_label\n"}, ICME ": only a header"},
    {"cas", {ICME, "filename,label\nx,Bus\n"}, ICME ":1: no column 'scene_label'"},
    {"cas", {ICME, "file,scene_label\nx,Bus\n"}, ICME ":1: no column 'filename'"},
    {"cas",
     {ICME, "filename,scene_label\nx,Buss\n"},
     ICME ":2: scene_label 'Buss' of clip 'x' is no class (did you mean 'Bus'?)"},
    {"cas", {ICME, "filename,scene_label\nx,bus\n"}, "did you mean 'Bus'?"},
    {"cas", {ICME, "filename,scene_label\nx,Trafic stret\n"}, "did you mean 'Traffic street'?"},
    {"cas",
     {ICME, "filename,scene_label\nx,Library\n"},
     ICME ":2: scene_label 'Library' of clip 'x' is no class; the classes are Bus, Airport"},
    {"cas",
     {ICME, "filename,scene_label\nx,Bus\ny,\nx,Bus\n"},
     ICME ":4: clip 'x' is already in line 2"},
    {"cas", {ICME, "filename,scene_label\n,Bus\n"}, ICME ":2: filename is empty"},
    {"cas", {ICME, "filename,scene_label\na/b,Bus\n"}, ICME ":2: filename 'a/b' holds a directory"},
    {"cas", {ICME, "filename,scene_label\n..,Bus\n"}, ICME ":2: filename '..' is not a path below"},
    {"cas",
     {ICME, "filename,scene_label\na\\b,Bus\n"},
     ICME ":2: filename 'a\\b' holds a backslash"},
    {"cas", {ICME, "filename,scene_label\n\"a\nb\",Bus\n"}, ICME ":2: filename holds a control"},
    {"cas", {ICME, "filename,scene_label\na,\"B\nus\"\n"}, ICME ":2: scene_label holds a control"},
    {"cas",
     {ICME, "filename,scene_label\nx,Bus\n", APSIPA, APSIPA_HEAD "x,Xi'an,t,Bar\n"},
     APSIPA ":2: scene_label of clip 'x' is 'Bar', but 'Bus' in "},
    {"cas",
     {ICME, "filename,scene_label\nx,Bus\n", APSIPA, APSIPA_HEAD "x,Xi'an,t,\n"},
     ICME ":2; correct one"},
    {"cas",
     {ICME, "filename,scene_label\nx,Bus\n", APSIPA_EVAL, APSIPA_HEAD "y,J,t,\nx,J,t,\n"},
     APSIPA_EVAL ":3: evaluation clip 'x' is a development clip in "},
    {"tau", {NULL}, "none of the usual tables (meta.csv, evaluation_setup/fold1_train.csv"},
    {"tau",
     {"meta.csv", TAU_HEAD "audio/bus-a-1-1-a.wav\ttram\ta-1\ta\n"},
     "meta.csv:2: scene_label 'tram' of clip 'audio/bus-a-1-1-a.wav' is not the one in its name"},
    {"tau", {"meta.csv", TAU_HEAD "a.wav\tparks\ta-1\ta\n"}, "did you mean 'park'?"},
    {"tau",
     {"evaluation_setup/fold1_train.csv", "filename\tscene_label\na.wav\tbus\n",
      "evaluation_setup/fold1_evaluate.csv", "filename\tscene_label\na.wav\tbus\n"},
     "fold1_evaluate.csv:2: clip 'a.wav' is also in "},
    {"tau", {"meta.csv", TAU_HEAD "a.wav\tbus\ta-1\n"}, "meta.csv:2: 3 fields"},
    {"csv", {NULL}, "no *.csv here"},
    {"csv", {"a.csv", "", "b.csv", ""}, "2 tables, a.csv, b.csv; name the one"},
    {"csv", {"t.csv", "filename\nx\n"}, "t.csv:1: no column 'scene_label'; present: filename"},
    {"csv", {"t.csv", "filename|scene_label\nx|y\n"}, "separate the columns by commas"},
    {"csv",
     {"t.csv", "filename,scene_label,City,city\nx,y,a,b\n"},
     "t.csv:1: columns 'City' and 'city' both mean city"},
    {"tau",
     {"meta.csv", "filename\tscene_label\tsource_label\tSource label\na.wav\tbus\ta\tb\n"},
     "meta.csv:1: columns 'source_label' and 'Source label' both mean source_label"},
    {"csv",
     {"t.csv", "filename,scene_label\nx,y\nx,z\n"},
     "t.csv:3: clip 'x' is already in line 2"},
    {"csv", {"t.csv", "filename,scene_label\n./x,y\n"}, "t.csv:2: filename './x' is not"},
    {"csv", {"t.csv", "filename,scene_label\nx,\n"}, "t.csv: scene_label is empty in every row"},
    {"csv",
     {"t.csv", "filename,scene_label\n/etc/x,y\n"},
     "t.csv:2: filename '/etc/x' is not a path"},
    {"csv", {"t.csv", "filename,scene_label\na/../x,y\n"}, "t.csv:2: filename 'a/../x' is not"},
    {"csv", {"t.csv", "filename,scene_label\na//x,y\n"}, "t.csv:2: filename 'a//x' is not"},
    {"csv", {"t.csv", "filename,scene_label\nx/,y\n"}, "t.csv:2: filename 'x/' is not"},
    {"csv",
     {"t.csv", "filename,scene_label,city\nx,y,\"a\tb\"\n"},
     "t.csv:2: city holds a control"},
    {"csv",
     {"t.csv", "filename,scene_label\nx,y\n", "1/x.wav", "", "2/x.wav", ""},
     "t.csv:2: clip 'x' is both 1/x.wav and 2/x.wav below "},
    {"csv",
     {"t.csv", "filename,scene_label\nx,y\nx.wav,y\n", "x.wav", ""},
     "t.csv:3: clips 'x' and 'x.wav' are one file, x.wav below "},
};

static void bad_sets_are_refused_with_place(void **state)
{
  for (size_t i = 0; i < sizeof bad_sets / sizeof *bad_sets; i++) {
    const bad_set *b = &bad_sets[i];
    const char *dir = test_temp_dir();
    cst_dataset *d = (cst_dataset *)state;
    for (size_t f = 0; f < 6 && b->file[f]; f += 2) made_file(dir, b->file[f], b->file[f + 1]);
    assert_fails(cst_dataset_read(&(cst_dataset_source){.layout = b->layout, .root = dir}, &d),
                 CST_ERR_DATA, b->message);
    assert_null(d);
    test_remove_dirs();
  }
}

static void absurd_fields_and_sources_are_refused(void **state)
{
  (void)state;
  const char *dir = test_temp_dir();
  cst_text long_name = {0}, long_city = {0};
  cst_dataset *d;
  cst_text_add(&long_name, "filename,scene_label\n");
  cst_text_add(&long_city, "filename,scene_label,city\nx,y,");
  for (int i = 0; i < 20; i++) cst_text_add(i < 5 ? &long_city : &long_name, "%s", dots64);
  for (int i = 0; i < 5; i++) cst_text_add(&long_name, "%s", dots64);
  cst_text_add(&long_name, "x,y\n");
  made_file(dir, "t.csv", long_name.data);
  const cst_dataset_source source = {.layout = "csv", .root = dir};
  assert_fails(cst_dataset_read(&source, &d), CST_ERR_DATA,
               "t.csv:2: filename has more than 1,024");
  made_file(dir, "t.csv", long_city.data);
  assert_fails(cst_dataset_read(&source, &d), CST_ERR_DATA, "t.csv:2: city");
  cst_text_reset(&long_name);
  cst_text_reset(&long_city);

  made_file(dir, "t.csv", "filename,scene_label\nx,y\n");
  cst_dataset_source bad = source;
  bad.root = "/nonexistent/root";
  assert_fails(cst_dataset_read(&bad, &d), CST_ERR_DATA, "/nonexistent/root: no such directory");
  bad = source;
  bad.metadata = (const char *[]){"absent.csv"};
  bad.n_metadata = 1;
  assert_fails(cst_dataset_read(&bad, &d), CST_ERR_DATA, "absent.csv");
  bad = source;
  bad.classes = (const char *[]){"z", "z"};
  bad.n_classes = 2;
  assert_fails(cst_dataset_read(&bad, &d), CST_ERR_USAGE, "dataset.classes: 'z'");
  bad.classes = (const char *[]){"z", "w"};
  assert_fails(cst_dataset_read(&bad, &d), CST_ERR_DATA, "t.csv:2: scene_label 'y' of clip 'x'");
}

int main(void)
{
  cst_log_set_level(CST_LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bad_sets_are_refused_with_place),
      cmocka_unit_test(absurd_fields_and_sources_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, made_no_blocks);
}
