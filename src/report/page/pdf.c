/*
 * report.pdf, printed by a browser from report.html: nothing else lays out a page as its reader
 * would see it.  Contract in cassette/report.h.
 */
#include "cassette/report.h"

#include "cassette/file.h"
#include "cassette/memory.h"

#include "html.h"
#include "process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double limit_s = 120.0;

/* A browser that answers, or NULL. */
static const char *browser(void)
{
  static const char *const names[] = {"chromium", "chromium-browser", "google-chrome",
                                      "google-chrome-stable"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    process_result result;
    const char *const argv[] = {names[i], "--version", NULL};
    const bool works =
        process_run(argv, "", limit_s, &result) == CST_OK && result.found && result.exit == 0;
    process_reset(&result);
    cst_clear();
    if (works) return names[i];
  }
  return NULL;
}

cst_status cst_report_pdf_check(void)
{
  if (browser()) return CST_OK;
  return cst_raise(CST_ERR_USAGE,
                   "--pdf needs a browser, and neither chromium nor google-chrome is here; install "
                   "one (apt-get install chromium), or print report.html from any browser");
}

/* "file:///home/me/a%20run/report.html" */
static cst_status address(const char *path, cst_text *out)
{
  cst_status st = CST_OK;
  char *whole = realpath(path, NULL); /* the library's own memory */
  if (!whole) CST_FAIL(CST_ERR_DATA, "%s: no such file; run `cassette report` first", path);
  cst_text_add(out, "file://");
  html_url(out, whole);
  CST_TRY(cst_text_status(out));
done:
  free(whole);
  return st;
}

/* Print the page at @p url into @p pdf; @p home is an empty directory for the browser's files. */
static cst_status print(const char *url, const char *pdf, const char *home)
{
  cst_status st = CST_OK;
  process_result result = {0};
  char *to = cst_format("--print-to-pdf=%s", pdf), *user = cst_format("--user-data-dir=%s", home);
  if (!to || !user) CST_TRY(cst_no_memory("options", 2, 1));
  const char *const argv[] = {browser(),
                              "--headless",
                              "--disable-gpu",
                              "--no-first-run",
                              "--disable-background-networking",
                              "--disable-component-update",
                              "--disable-sync",
                              "--disable-dev-shm-usage",
                              "--no-pdf-header-footer",
                              user,
                              to,
                              url,
                              geteuid() == 0 ? "--no-sandbox" : NULL, /* root has no sandbox */
                              NULL};
  if (!argv[0]) CST_TRY(cst_report_pdf_check());
  CST_TRY(process_run(argv, "", limit_s, &result));
  if (result.exit != 0 || !cst_file_exists(pdf))
    CST_FAIL(CST_ERR_DATA, "%s: %s did not print it: %s; print report.html from any browser", pdf,
             argv[0], result.errors[0] ? result.errors : "no reason given");
done:
  process_reset(&result);
  cst_free(user);
  cst_free(to);
  return st;
}

cst_status cst_report_pdf(const char *dir)
{
  cst_status st = CST_OK;
  char *html = cst_path_join(dir, "report.html"), *pdf = cst_path_join(dir, "report.pdf");
  char *temp = pdf ? cst_file_temp(pdf) : NULL;
  char *home = NULL;
  cst_text url = {0};
  if (!html || !temp) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(address(html, &url));
  CST_TRY(cst_scratch_make("browser", &home));
  CST_TRY(print(url.data, temp, home));
  CST_TRY(cst_file_commit(temp, pdf));
done:
  cst_scratch_remove(&home);
  cst_text_reset(&url);
  cst_free(temp);
  cst_free(pdf);
  cst_free(html);
  return st;
}
