/* Contract in report_write.h. */
#include "report_write.h"

#include "cassette/memory.h"

cst_status report_write(const char *dir, const cst_text *markdown, const cst_json *json)
{
  cst_status st = CST_OK;
  char *md = cst_path_join(dir, "report.md"), *js = cst_path_join(dir, "report.json");
  if (!md || !js) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_text_status(markdown));
  CST_TRY(cst_make_dirs(dir));
  CST_TRY(cst_file_write(md, markdown->data, markdown->bytes));
  CST_TRY(cst_json_write(json, js));
done:
  cst_free(md);
  cst_free(js);
  return st;
}
