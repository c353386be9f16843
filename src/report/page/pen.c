/* Contract in pen.h. */
#include "pen.h"

#include "html.h"
#include "markdown.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void pen_reset(pen *self)
{
  cst_text_reset(&self->md);
  cst_text_reset(&self->html);
  cst_text_reset(&self->contents);
  cst_text_reset(&self->rule);
  cst_text_reset(&self->align);
  latex_reset(&self->latex);
}

cst_status pen_status(const pen *self)
{
  cst_status st = CST_OK;
  CST_TRY(cst_text_status(&self->md));
  CST_TRY(cst_text_status(&self->html));
  CST_TRY(cst_text_status(&self->contents));
  CST_TRY(cst_text_status(&self->rule));
  CST_TRY(cst_text_status(&self->align));
done:
  return st;
}

void pen_section(pen *self, const char *id, const char *title)
{
  pen_end_section(self);
  self->in_section = true;
  if (self->contents.bytes == 0) self->lead = self->html.bytes;
  cst_text_add(&self->md, "\n## %s\n", title);
  cst_text_add(&self->html, "<section id=\"%s\">\n<h2>%s</h2>\n", id, title);
  cst_text_add(&self->contents, "<li><a href=\"#%s\">%s</a></li>\n", id, title);
}

void pen_end_section(pen *self)
{
  if (self->in_section) cst_text_add(&self->html, "</section>\n");
  self->in_section = false;
}

void pen_subsection(pen *self, const char *title)
{
  cst_text_add(&self->md, "\n### %s\n", title);
  cst_text_add(&self->html, "<h3>%s</h3>\n", title);
}

void pen_fold(pen *self, const char *summary, bool open)
{
  cst_text_add(&self->html, "<details%s>\n<summary>%s</summary>\n",
               open || !self->draws ? " open" : "", summary);
}

void pen_unfold(pen *self) { cst_text_add(&self->html, "</details>\n"); }

void pen_beside(pen *self) { cst_text_add(&self->html, "<div class=\"beside\">\n"); }

void pen_end_beside(pen *self) { cst_text_add(&self->html, "</div>\n"); }

void pen_paragraph(pen *self)
{
  cst_text_add(&self->md, "\n");
  cst_text_add(&self->html, "<p>");
}

void pen_end_paragraph(pen *self)
{
  cst_text_add(&self->md, "\n");
  cst_text_add(&self->html, "</p>\n");
}

void pen_large(pen *self, const char *what, double share)
{
  cst_text_add(&self->md, "\n**%s ", what);
  markdown_percent(&self->md, share);
  cst_text_add(&self->html, "<p class=\"large\"><b>");
  markdown_percent(&self->html, share);
  cst_text_add(&self->html, "</b> <span>%s", what);
}

void pen_end_large(pen *self)
{
  cst_text_add(&self->md, "**\n");
  cst_text_add(&self->html, "</span></p>\n");
}

void pen_list(pen *self)
{
  cst_text_add(&self->md, "\n");
  cst_text_add(&self->html, "<ul>\n");
  self->column = 0;
}

void pen_item(pen *self)
{
  cst_text_add(&self->md, "%s- ", self->column ? "\n" : "");
  cst_text_add(&self->html, "%s<li>", self->column ? "</li>\n" : "");
  self->column = 1;
}

void pen_end_list(pen *self)
{
  if (self->column) cst_text_add(&self->md, "\n");
  cst_text_add(&self->html, "%s</ul>\n", self->column ? "</li>\n" : "");
  self->column = 0;
}

/* The fence is longer than any run of backquotes in the text. */
void pen_listing(pen *self, const char *language, const char *text)
{
  char fence[32] = "```";
  const size_t n = strlen(text);
  while (strlen(fence) + 1 < sizeof fence && strstr(text, fence)) strcat(fence, "`");
  cst_text_add(&self->md, "\n%s%s\n%s%s%s\n", fence, language, text,
               n && text[n - 1] == '\n' ? "" : "\n", fence);
  cst_text_add(&self->html, "<pre tabindex=\"0\"><code>");
  for (const char *line = text; *line;) { /* html_escape() has no line breaks */
    const size_t bytes = strcspn(line, "\n");
    char *copy = cst_strndup(line, bytes);
    if (copy) html_escape(&self->html, copy);
    cst_free(copy);
    cst_text_add(&self->html, "\n");
    line += bytes + (line[bytes] == '\n');
  }
  cst_text_add(&self->html, "</code></pre>\n");
}

void pen_table(pen *self, const char *what)
{
  cst_text_reset(&self->rule);
  cst_text_reset(&self->align);
  self->column = 0;
  latex_begin(&self->latex, what);
  cst_text_add(&self->md, "\n|");
  cst_text_add(&self->html,
               "<div class=\"table\" role=\"region\" aria-label=\"%s\" tabindex=\"0\">"
               "<table>\n<thead><tr>",
               what);
}

void pen_column(pen *self, char align, const char *name)
{
  if (self->align.bytes > 0) latex_next(&self->latex);
  latex_say(&self->latex, name);
  cst_text_add_bytes(&self->align, &align, 1);
  cst_text_add(&self->rule, align == 'r' ? "---:|" : "---|");
  cst_text_add(&self->md, " ");
  markdown_cell(&self->md, name);
  cst_text_add(&self->md, " |");
  cst_text_add(&self->html, "<th scope=\"col\"%s>", align == 'r' ? " class=\"n\"" : "");
  html_escape(&self->html, name);
  cst_text_add(&self->html, "</th>");
}

static void close_cell(pen *self)
{
  if (self->column == 0) return;
  cst_text_add(&self->md, " |");
  cst_text_add(&self->html, self->column == 1 ? "</th>" : "</td>");
}

/* End the open row, or the head. */
static void close_row(pen *self)
{
  close_cell(self);
  latex_row(&self->latex, self->rule.bytes ? self->align.data : NULL, self->align.bytes);
  cst_text_add(&self->html, "</tr>");
  if (self->rule.bytes) {
    cst_text_add(&self->md, "\n|%s", self->rule.data);
    cst_text_add(&self->html, "</thead>\n<tbody>");
    cst_text_reset(&self->rule);
  }
  cst_text_add(&self->md, "\n");
  cst_text_add(&self->html, "\n");
  self->column = 0;
}

void pen_row(pen *self)
{
  close_row(self);
  cst_text_add(&self->html, "<tr>");
  cst_text_add(&self->md, "|");
}

/* The first cell names its row. */
void pen_cell(pen *self)
{
  close_cell(self);
  const size_t i = self->column++;
  if (i > 0) latex_next(&self->latex);
  const bool number = i < self->align.bytes && self->align.data[i] == 'r';
  cst_text_add(&self->md, " ");
  cst_text_add(&self->html, "<%s%s>", i == 0 ? "th scope=\"row\"" : "td",
               number ? " class=\"n\"" : "");
}

void pen_end_table(pen *self)
{
  close_row(self);
  latex_end(&self->latex);
  cst_text_add(&self->html, "</tbody></table></div>\n");
}

void pen_say(pen *self, const char *format, ...)
{
  va_list args;
  char text[2048];
  va_start(args, format);
  const int n = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  CST_ASSERT(n >= 0 && (size_t)n < sizeof text); /* our words and numbers, nobody's names */
  cst_text_add(&self->md, "%s", text);
  html_escape(&self->html, text);
  latex_say(&self->latex, text);
}

void pen_name(pen *self, const char *text)
{
  markdown_cell(&self->md, text);
  html_escape(&self->html, text);
  latex_say(&self->latex, text);
}

void pen_code(pen *self, const char *text)
{
  markdown_code(&self->md, text);
  latex_code(&self->latex, text);
  cst_text_add(&self->html, "<code>");
  html_escape(&self->html, text);
  cst_text_add(&self->html, "</code>");
}

void pen_link(pen *self, const char *address, const char *name)
{
  cst_text_add(&self->md, "[");
  markdown_cell(&self->md, name);
  cst_text_add(&self->md, "](%s)", address);
  cst_text_add(&self->html, "<a href=\"%s\">", address);
  html_escape(&self->html, name);
  cst_text_add(&self->html, "</a>");
  latex_say(&self->latex, name);
}

void pen_strong(pen *self, bool begin)
{
  cst_text_add(&self->md, "**");
  cst_text_add(&self->html, begin ? "<strong>" : "</strong>");
  latex_strong(&self->latex, begin);
}

void pen_real(pen *self, int decimals, double value)
{
  if (isnan(value))
    pen_say(self, "–");
  else
    pen_say(self, "%.*f", decimals, value);
}

/* A number of our own in both forms; in HTML it stays on one line with its unit. */
static void add_number(pen *self, cst_text *number)
{
  for (const char *c = number->data ? number->data : ""; *c; c++) {
    cst_text_add_bytes(&self->md, c, 1);
    if (*c == ' ')
      cst_text_add(&self->html, "&#160;");
    else
      cst_text_add_bytes(&self->html, c, 1);
  }
  latex_say(&self->latex, number->data ? number->data : "");
  self->md.failed = self->md.failed || number->failed;
  cst_text_reset(number);
}

void pen_percent(pen *self, double share)
{
  cst_text number = {0};
  markdown_percent(&number, share);
  add_number(self, &number);
}

void pen_interval(pen *self, const double interval[2])
{
  cst_text number = {0};
  markdown_interval(&number, interval);
  add_number(self, &number);
}

void pen_count(pen *self, int64_t n)
{
  cst_text number = {0};
  markdown_count(&number, n);
  add_number(self, &number);
}

void pen_duration(pen *self, double seconds)
{
  cst_text number = {0};
  markdown_duration(&number, seconds);
  add_number(self, &number);
}
