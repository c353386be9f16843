/*
 * Contract in page.h.
 *
 * One file without scripts.  The content security policy makes the browser refuse any request, so
 * that a report can be sent, archived and opened anywhere.
 */
#include "page.h"

#include "html.h"
#include "page_css.h"

#include "cassette/build_info.h"

const char *page_style(void) { return (const char *)page_css; }

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" "
    "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<link rel=\"icon\" href=\"data:,\">\n"; /* else a server would be asked for one */

static void add_note(cst_text *out)
{
  cst_text_add(out,
               "<p class=\"note\">This report has no figures: gnuplot was not found. Install it "
               "(Debian, Ubuntu: <code>apt-get install gnuplot-nox</code>) and run "
               "<code>cassette report</code> again. All numbers are in the tables.</p>\n");
}

void page_write(const pen *content, const char *kind, const char *title, cst_text *out)
{
  cst_text_add(out, "%s<title>", head);
  html_escape(out, title);
  cst_text_add(out, " – Cassette</title>\n<style>\n");
  cst_text_add_bytes(out, page_css, sizeof page_css - 1);
  cst_text_add(out, "</style>\n</head>\n<body>\n<header>\n<p class=\"kind\">%s</p>\n<h1>", kind);
  html_escape(out, title);
  cst_text_add(out, "</h1>\n</header>\n<main>\n");
  if (!content->draws) add_note(out);
  const size_t lead = content->contents.data ? content->lead : content->html.bytes;
  cst_text_add_bytes(out, content->html.data, lead);
  if (content->contents.data)
    cst_text_add(out, "<nav aria-label=\"Sections\"><ul>\n%s</ul></nav>\n", content->contents.data);
  cst_text_add_bytes(out, content->html.data + lead, content->html.bytes - lead);
  cst_text_add(out, "</main>\n<footer>Written by Cassette ");
  html_escape(out, cst_build_version());
  cst_text_add(out, ". The same numbers: report.md, report.json.</footer>\n</body>\n</html>\n");
}
