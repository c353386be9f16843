/* One run: report.html and report.md for people, report.json for programs. */
#include "cassette/report.h"

#include "cassette/file.h"
#include "cassette/memory.h"

#include "figure.h"
#include "markdown.h"
#include "page.h"
#include "report_json.h"
#include "report_write.h"
#include "sections.h"

static cst_status compose(pen *page, const run_files *run)
{
  static cst_status (*const sections[])(pen *, const run_files *) = {
      section_headline,    section_classes,  section_confusion,     section_cities,   section_folds,
      section_calibration, section_mistakes, section_pseudo_labels, section_training, section_data,
      section_entry,       section_cost,     section_repeat,        section_record,
  };
  cst_status st = CST_OK;
  cst_text_add(&page->md, "# ");
  markdown_cell(&page->md, run->name);
  cst_text_add(&page->md, "\n");
  for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) CST_TRY(sections[i](page, run));
  pen_end_section(page);
  CST_TRY(pen_status(page));
done:
  return st;
}

/* Contract in cassette/report.h. */
cst_status cst_report_run(const char *run_dir, bool latex)
{
  cst_status st = CST_OK;
  run_files run = {0};
  pen page = {.draws = figure_possible()};
  cst_text html = {0};
  cst_json *json = NULL;
  char *dir = NULL;
  CST_TRY(run_files_read(run_dir, &run));
  CST_TRY(run_files_read_data(&run));
  dir = cst_path_join(run.dir, "report");
  if (!dir) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_path_inside(run.dir, dir));
  if (latex) CST_TRY(report_latex(dir, run.name, &page));
  CST_TRY(compose(&page, &run));
  page_write(&page, "Run report", run.name, &html);
  json = report_json(&run, true);
  CST_TRY(report_write(dir, &page, &html, json));
done:
  if (json) cst_json_destroy(&json);
  cst_text_reset(&html);
  pen_reset(&page);
  cst_free(dir);
  run_files_reset(&run);
  return st;
}
