/* Contract in svg.h. */
#include "svg.h"

#include "figure.h"
#include "html.h"
#include "page.h"

#include "cassette/memory.h"

#include <stdio.h>
#include <string.h>

static const char *const names[COLOURS] = {"ink", "faint", "first", "second", "third", "paper"};

static void add_colour(cst_text *script, int c, unsigned rgb)
{
  cst_text_add(script, "%s = '#%06x'\nsoft_%s = '#a0%06x'\nrgb_%d = %u\n", names[c], rgb, names[c],
               rgb, c, rgb);
}

void svg_add_colours(cst_text *script)
{
  for (int c = 0; c < COLOURS; c++) add_colour(script, c, 0x010001u | (unsigned)(c + 1) << 8);
}

/* "--first: #0068a8" of the style sheet: 0x0068a8. */
static unsigned find_colour(const char *name)
{
  unsigned rgb = 0;
  char *declared = cst_format("--%s: #", name);
  const char *at = declared ? strstr(page_style(), declared) : NULL;
  const int read = at ? sscanf(at + strlen(declared), "%6x", &rgb) : 0;
  CST_ASSERT(!declared || read == 1);
  cst_free(declared);
  return rgb;
}

void svg_add_paper_colours(cst_text *script)
{
  for (int c = 0; c < COLOURS; c++) add_colour(script, c, find_colour(names[c]));
}

static bool starts(const char *text, const char *with)
{
  return strncmp(text, with, strlen(with)) == 0;
}

/* "rgb(1,2,1)", with blanks: which colour, and how long the text is. */
static int colour_at(const char *at, size_t *bytes)
{
  int r, g, b, n = 0;
  if (sscanf(at, "rgb( %d , %d , %d )%n", &r, &g, &b, &n) != 3 || n == 0) return -1;
  *bytes = (size_t)n;
  return r == 1 && b == 1 && g >= 1 && g <= COLOURS ? g - 1 : -1;
}

/* Bytes to leave out at @p at: what titles and describes parts by their internal names, and groups
 * that hold nothing. */
static size_t useless(const char *at)
{
  static const char *const pairs[][2] = {{"<title>", "</title>"}, {"<desc>", "</desc>"}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    if (starts(at, pairs[i][0])) {
      const char *end = strstr(at, pairs[i][1]);
      if (end) return (size_t)(end - at) + strlen(pairs[i][1]);
    }
  if (starts(at, "<g fill=\"none\"")) {
    const char *end = strchr(at, '>');
    if (end && starts(end, ">\n</g>\n")) return (size_t)(end - at) + strlen(">\n</g>\n");
  }
  if (starts(at, " id=\"")) {
    const char *end = strchr(at + 5, '"');
    if (end) return (size_t)(end - at) + 1;
  }
  return 0;
}

/* Bytes of a text element, which holds names: they stay as they are. */
static size_t words(const char *at)
{
  const char *end = starts(at, "<text") ? strstr(at, "</text>") : NULL;
  return end ? (size_t)(end - at) : 0;
}

/* Copy [at, end) with the replacements that svg.h promises. */
static void copy(const char *at, const char *end, const char *id, cst_text *out)
{
  while (at < end) {
    size_t bytes = useless(at);
    int c = -1;
    if (bytes > 0) {
      at += bytes;
    } else if ((bytes = words(at)) > 0) {
      cst_text_add_bytes(out, at, bytes);
      at += bytes;
    } else if (starts(at, "rgb(") && (c = colour_at(at, &bytes)) >= 0) {
      cst_text_add(out, "var(--%s)", names[c]);
      at += bytes;
    } else if (starts(at, "gpPt") || starts(at, "gpDot")) {
      cst_text_add(out, "%s-gp", id);
      at += 2;
    } else if (starts(at, "\"black\"")) {
      cst_text_add(out, "\"currentColor\"");
      at += 7;
    } else {
      cst_text_add_bytes(out, at++, 1);
    }
  }
}

/* The symbols without the filters, if anything uses them. */
static void add_symbols(const char *defs, const char *end, const char *id, cst_text *out)
{
  const char *filters = strstr(defs, "<filter");
  if (!strstr(end, "<use")) return;
  copy(defs, filters && filters < end ? filters : end, id, out);
  cst_text_add(out, "</defs>\n");
}

bool svg_inline(const char *svg, const char *id, const char *title, const char *description,
                cst_text *out)
{
  int width = 0, height = 0;
  const char *root = strstr(svg, "<svg"), *size = root ? strstr(root, "viewBox=\"0 0 ") : NULL;
  const char *defs = root ? strstr(root, "<defs>") : NULL;
  const char *body = defs ? strstr(defs, "</defs>") : NULL,
             *end = body ? strstr(body, "</svg>") : NULL;
  if (!end || !size || sscanf(size, "viewBox=\"0 0 %d %d\"", &width, &height) != 2) return false;
  cst_text_add(out,
               "<svg role=\"img\" aria-labelledby=\"%s-title %s-desc\" viewBox=\"0 0 %d %d\" "
               "width=\"%d\" height=\"%d\"%s>\n<title id=\"%s-title\">",
               id, id, width, height, width, height, width > FIGURE_WIDTH ? " class=\"wide\"" : "",
               id);
  html_escape(out, title);
  cst_text_add(out, "</title>\n<desc id=\"%s-desc\">", id);
  html_escape(out, description);
  cst_text_add(out, "</desc>\n<g>\n");
  add_symbols(defs, body, id, out);
  copy(body + strlen("</defs>"), end, id, out);
  cst_text_add(out, "</svg>\n");
  return true;
}
