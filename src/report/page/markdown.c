/* Contract in markdown.h. */
#include "markdown.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define DASH "–"

/* An underscore inside a word is one; at its edge it would emphasise. */
static bool is_active(const char *text, const char *at)
{
  if (*at != '_') return strchr("\\`*[]|~", *at) != NULL;
  return at == text || !isalnum((unsigned char)at[-1]) || !isalnum((unsigned char)at[1]);
}

void markdown_cell(cst_text *out, const char *text)
{
  for (const char *at = text; *at; at++) {
    const char c = (unsigned char)*at < ' ' ? ' ' : *at;
    if (c == '<' || c == '>' || c == '&')
      cst_text_add(out, c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&amp;");
    else
      cst_text_add(out, is_active(text, at) ? "\\%c" : "%c", c);
  }
}

/* Only a run of as many backquotes as begin it ends a code span; a table still looks for "|". */
void markdown_code(cst_text *out, const char *text)
{
  char fence[32] = "`";
  while (strlen(fence) + 1 < sizeof fence && strstr(text, fence)) strcat(fence, "`");
  const char *pad = fence[1] ? " " : "";
  cst_text_add(out, "%s%s", fence, pad);
  for (; *text; text++)
    cst_text_add(out, *text == '|' ? "\\%c" : "%c", (unsigned char)*text < ' ' ? ' ' : *text);
  cst_text_add(out, "%s%s", pad, fence);
}

void markdown_percent(cst_text *out, double share)
{
  if (isnan(share))
    cst_text_add(out, DASH);
  else
    cst_text_add(out, "%.1f %%", 100.0 * share);
}

void markdown_interval(cst_text *out, const double interval[2])
{
  const double low = interval[0], high = interval[1];
  if (isnan(low) || isnan(high))
    cst_text_add(out, DASH);
  else
    cst_text_add(out, "%.1f to %.1f %%", 100.0 * low, 100.0 * high);
}

void markdown_count(cst_text *out, int64_t n)
{
  char digits[24];
  if (n < 0) {
    cst_text_add(out, DASH);
    return;
  }
  const int length = snprintf(digits, sizeof digits, "%" PRId64, n);
  for (int i = 0; i < length; i++)
    cst_text_add(out, i > 0 && (length - i) % 3 == 0 ? ",%c" : "%c", digits[i]);
}

void markdown_duration(cst_text *out, double seconds)
{
  if (isnan(seconds)) {
    cst_text_add(out, DASH);
  } else if (seconds < 59.95) {
    cst_text_add(out, "%.1f s", seconds);
  } else if (seconds < 3599.5) {
    const long s = lround(seconds);
    cst_text_add(out, "%ld min %02ld s", s / 60, s % 60);
  } else {
    const long m = lround(seconds / 60.0);
    cst_text_add(out, "%ld h %02ld min", m / 60, m % 60);
  }
}
