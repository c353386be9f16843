/* One run: report.md for people, report.json for programs. */
#include "cassette/report.h"

#include "cassette/file.h"
#include "cassette/log.h"
#include "cassette/memory.h"

#include "report_json.h"
#include "report_write.h"
#include "sections.h"

static void compose(cst_text *out, const run_files *run)
{
  static void (*const sections[])(cst_text *, const run_files *) = {
      section_headline,  section_meaning,       section_repeat,   section_classes,
      section_groups,    section_cities,        section_folds,    section_not_testable,
      section_confusion, section_pseudo_labels, section_training, section_data,
      section_cost,
  };
  cst_text_add(out, "# %s\n\n", run->name);
  for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) sections[i](out, run);
}

/* Contract in cassette/report.h. */
cst_status cst_report_run(const char *run_dir)
{
  cst_status st = CST_OK;
  run_files run = {0};
  cst_text text = {0};
  cst_json *json = NULL;
  char *dir = NULL;
  CST_TRY(run_files_read(run_dir, &run));
  dir = cst_path_join(run.dir, "report");
  if (!dir) CST_TRY(cst_no_memory("path", 1, 1));
  compose(&text, &run);
  json = report_json(&run);
  CST_TRY(report_write(dir, &text, json));
done:
  if (json) cst_json_destroy(&json);
  cst_text_reset(&text);
  cst_free(dir);
  run_files_reset(&run);
  return st;
}
