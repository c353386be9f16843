/* Contract in report_write.h. */
#include "report_write.h"

#include "cassette/memory.h"

static cst_status write_text(const char *dir, const char *name, const cst_text *text)
{
  cst_status st = CST_OK;
  char *path = cst_path_join(dir, name);
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_text_status(text));
  CST_TRY(cst_file_write(path, text->data, text->bytes));
done:
  cst_free(path);
  return st;
}

cst_status report_latex(const char *dir, const char *of, pen *page)
{
  cst_status st = CST_OK;
  char *path = cst_path_join(dir, "latex");
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_make_dirs(dir));
  CST_TRY(cst_path_inside(dir, path));
  CST_TRY(cst_make_dirs(path));
  page->latex.dir = path;
  page->latex.of = of;
  path = NULL;
done:
  cst_free(path);
  return st;
}

cst_status report_write(const char *dir, const pen *page, const cst_text *html,
                        const cst_json *json)
{
  cst_status st = CST_OK;
  char *path = cst_path_join(dir, "report.json");
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_make_dirs(dir));
  cst_remove_stale_temps(dir);
  CST_TRY(write_text(dir, "report.md", &page->md));
  CST_TRY(write_text(dir, "report.html", html));
  CST_TRY(latex_write(&page->latex));
  CST_TRY(cst_json_write(json, path));
done:
  cst_free(path);
  return st;
}
