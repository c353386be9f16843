/* Contract in figure.h. */
#include "figure.h"

#include "html.h"
#include "process.h"
#include "svg.h"

#include "cassette/log.h"
#include "cassette/memory.h"

#include <math.h>
#include <string.h>

static const double limit_s = 60.0; /* gnuplot takes milliseconds */

bool figure_possible(void)
{
  static const char *const argv[] = {"gnuplot", "--version", NULL};
  process_result result;
  if (process_run(argv, "", limit_s, &result) != CST_OK) {
    cst_log(CST_LOG_WARN, "no figures: %s", cst_message());
    cst_clear();
    return false;
  }
  const bool works = result.found && result.exit == 0;
  process_reset(&result);
  return works;
}

void figure_begin(figure *self, const char *id, const char *title, int width, int height)
{
  *self = (figure){.id = id, .title = title, .width = width, .height = height};
  cst_text_add(&self->script, "set border 0\n"
                              "set tics scale 0 textcolor rgb ink\n"
                              "set style fill solid noborder\n"
                              "set key textcolor rgb ink samplen 1.5 spacing 1.1\n"
                              "unset key\n"
                              "set datafile separator whitespace\n"
                              "set datafile missing 'NaN'\n");
}

void figure_margins(figure *self, int left, int right, int top, int bottom)
{
  cst_text_add(&self->script,
               "set lmargin at screen %.6f\nset rmargin at screen %.6f\n"
               "set tmargin at screen %.6f\nset bmargin at screen %.6f\n",
               (double)left / self->width, 1.0 - (double)right / self->width,
               1.0 - (double)top / self->height, (double)bottom / self->height);
}

/* @p twice: characters that are doubled. */
static void add_quoted(cst_text *out, const char *text, const char *twice)
{
  cst_text_add(out, "'");
  for (; *text; text++) {
    const bool control = (unsigned char)*text < ' ' || *text == 0x7f;
    if (strchr(twice, *text)) cst_text_add_bytes(out, text, 1);
    cst_text_add_bytes(out, control ? " " : text, 1);
  }
  cst_text_add(out, "'");
}

void figure_string(figure *self, const char *text) { add_quoted(&self->script, text, "'"); }

/* Bytes of the first @p most characters of UTF-8, and how many there are. */
static size_t cut(const char *text, size_t max, size_t *characters)
{
  size_t bytes = 0;
  *characters = 0;
  while (text[bytes] && *characters < max) {
    do bytes++;
    while (((unsigned char)text[bytes] & 0xc0) == 0x80);
    ++*characters;
  }
  return bytes;
}

void figure_tic(figure *self, const char *text)
{
  size_t n;
  const size_t bytes = cut(text, FIGURE_TIC, &n);
  char *shorter = NULL;
  if (text[bytes]) shorter = cst_format("%.*s…", (int)cut(text, FIGURE_TIC - 1, &n), text);
  add_quoted(&self->script, shorter ? shorter : text, "'%"); /* a tic is a format */
  cst_free(shorter);
}

int figure_tic_width(size_t n, const char *const *text)
{
  size_t max = 0, characters;
  for (size_t i = 0; i < n; i++) {
    cut(text[i], FIGURE_TIC, &characters);
    if (characters > max) max = characters;
  }
  return 12 + (int)max * FIGURE_FONT * 55 / 100; /* a usual letter is 0.55 em wide */
}

void figure_number(figure *self, double value)
{
  if (isfinite(value))
    cst_text_add(&self->script, "%.9g", value);
  else
    cst_text_add(&self->script, "NaN");
}

void figure_percent_axis(figure *self, const char *axis)
{
  cst_text_add(&self->script,
               "set %srange [0:1]\n"
               "set %stics ('0' 0, '25' 0.25, '50' 0.5, '75' 0.75, '100 %%%%' 1)\n"
               "set grid %stics lt 1 lw 1 lc rgb faint\n",
               axis, axis, axis);
}

static void add_note(const figure *self, const char *why, pen *page)
{
  if (!page->failed) cst_log(CST_LOG_WARN, "%s could not be drawn: %s", self->id, why);
  page->failed = true; /* the others will fail alike: one warning is enough */
  cst_text_add(&page->html,
               "<p class=\"note\">The figure &ldquo;%s&rdquo; could not be drawn: ", self->title);
  html_escape(&page->html, why);
  cst_text_add(&page->html, "</p>\n");
}

static void add(const figure *self, const char *svg, pen *page)
{
  cst_text element = {0};
  if (!svg_inline(svg, self->id, self->title, self->alt.data ? self->alt.data : "", &element)) {
    add_note(self, "gnuplot wrote something else than SVG", page);
  } else {
    cst_text_add(&page->html, "<figure id=\"%s\">\n<div class=\"drawing\">\n", self->id);
    cst_text_add_bytes(&page->html, element.data, element.bytes);
    cst_text_add(&page->html, "</div>\n<figcaption><b>Figure %d.</b> ", ++page->figures);
    html_escape(&page->html, self->caption.data ? self->caption.data : "");
    cst_text_add(&page->html, "</figcaption>\n</figure>\n");
  }
  cst_text_reset(&element);
}

/* What gnuplot says to the commands; false: a note stands in the figure's place. */
static bool draw(const figure *self, const cst_text *script, process_result *out, pen *page)
{
  static const char *const argv[] = {"gnuplot", "-d", "-", NULL};
  if (cst_text_status(script) != CST_OK ||
      process_run(argv, script->data, limit_s, out) != CST_OK) {
    add_note(self, cst_message(), page);
    cst_clear();
    return false;
  }
  if (out->exit != 0) add_note(self, out->errors[0] ? out->errors : "gnuplot failed", page);
  return out->exit == 0;
}

static void add_to_page(const figure *self, pen *page)
{
  process_result result = {0};
  cst_text script = {0};
  cst_text_add(&script,
               "set encoding utf8\n"
               "set terminal svg size %d,%d noenhanced font 'sans-serif,%d' linewidth 1\n",
               self->width, self->height, FIGURE_FONT);
  svg_add_colours(&script);
  cst_text_add_bytes(&script, self->script.data, self->script.bytes);
  if (draw(self, &script, &result, page)) add(self, result.output, page);
  process_reset(&result);
  cst_text_reset(&script);
}

/* The same drawing, a point for a pixel, in the colours of paper.  The letters that paper gets are often
 * wider than those of a page: they are made smaller. */
static void add_to_latex(const figure *self, pen *page)
{
  char *file = cst_format("%s.pdf", self->id);
  char *path = file ? cst_path_join(page->latex.dir, file) : NULL;
  char *temp = path ? cst_file_temp(path) : NULL;
  process_result result = {0};
  cst_text script = {0};
  cst_text_add(
      &script,
      "set encoding utf8\n"
      "set terminal pdfcairo size %.4fin,%.4fin noenhanced font 'sans-serif,%d' fontscale 0.85 "
      "linewidth 1\nset output ",
      self->width / 72.0, self->height / 72.0, FIGURE_FONT);
  add_quoted(&script, temp ? temp : "", "'");
  cst_text_add(&script, "\n");
  svg_add_paper_colours(&script);
  cst_text_add_bytes(&script, self->script.data, self->script.bytes);
  if (temp && draw(self, &script, &result, page)) {
    if (cst_file_commit(temp, path) == CST_OK)
      latex_figure(&page->latex, self->id, self->caption.data ? self->caption.data : "");
    else
      add_note(self, cst_message(), page);
    cst_clear();
  }
  process_reset(&result);
  cst_text_reset(&script);
  cst_free(temp);
  cst_free(path);
  cst_free(file);
}

void figure_end(figure *self, pen *page)
{
  if (page->draws && self->script.data && !self->script.failed) {
    add_to_page(self, page);
    if (page->latex.dir && !page->failed) add_to_latex(self, page);
  }
  cst_text_reset(&self->script);
  cst_text_reset(&self->alt);
  cst_text_reset(&self->caption);
  *self = (figure){0};
}
