/*
 * Contract in cassette/utf8.h: forms of a text, by the Unicode data of utf8proc.
 *
 * Characters are dropped or replaced first and the rest is normalised, because a mark composes with
 * the letter before it only when nothing stands between them.
 */
#include "cassette/file.h"
#include "cassette/memory.h"
#include "cassette/utf8.h"

#include <stdint.h>
#include <utf8proc.h>

enum {
  COMBINING_GRAPHEME_JOINER = 0x34F,
  ZERO_WIDTH_NON_JOINER = 0x200C,
  ZERO_WIDTH_JOINER = 0x200D,
  HANGUL_FILLER = 0x3164,
  HALFWIDTH_HANGUL_FILLER = 0xFFA0,
  FIRST_ACCENT = 0x300, /* Combining Diacritical Marks: those of Latin, Greek and Cyrillic */
  LAST_ACCENT = 0x36F
};

/* utf8proc_decompose() and utf8proc_reencode() in counted memory; NULL without. */
static char *map(const char *text, utf8proc_option_t options)
{
  const utf8proc_uint8_t *s = (const utf8proc_uint8_t *)text;
  const utf8proc_option_t all = options | UTF8PROC_NULLTERM | UTF8PROC_STABLE;
  const utf8proc_ssize_t n = utf8proc_decompose(s, 0, NULL, 0, all);
  if (n < 0) return cst_strdup(text);
  utf8proc_int32_t *points = cst_alloc((size_t)n + 1, sizeof *points);
  if (!points) return NULL;
  utf8proc_decompose(s, 0, points, n, all);
  utf8proc_reencode(points, n, all); /* to bytes, in place */
  char *mapped = cst_strdup((const char *)points);
  cst_free(points);
  return mapped;
}

char *cst_utf8_composed(const char *text) { return map(text, UTF8PROC_COMPOSE); }

static bool is_blank(utf8proc_int32_t c)
{
  const utf8proc_category_t category = utf8proc_category(c);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP || (c >= '\t' && c <= '\r');
}

static bool is_joiner(utf8proc_int32_t c)
{
  return c == ZERO_WIDTH_NON_JOINER || c == ZERO_WIDTH_JOINER;
}

/* Formatting characters that show nothing.  Those of category Cf that do show (Arabic number signs)
 * are not ignorable; variation selectors are no Cf and change what is seen. */
static bool is_invisible(utf8proc_int32_t c)
{
  const utf8proc_property_t *p = utf8proc_get_property(c);
  return (p->ignorable && p->category == UTF8PROC_CATEGORY_CF && !is_joiner(c)) ||
         c == COMBINING_GRAPHEME_JOINER || c == HANGUL_FILLER || c == HALFWIDTH_HANGUL_FILLER;
}

char *cst_utf8_name(const char *text)
{
  cst_text kept = {0};
  const utf8proc_uint8_t *s = (const utf8proc_uint8_t *)text;
  size_t held = 0; /* bytes up to the last character that may end a name */
  bool blank = false;
  cst_text_add_bytes(&kept, "", 0);
  for (utf8proc_ssize_t n; *s; s += n) {
    utf8proc_int32_t c;
    n = utf8proc_iterate(s, -1, &c);
    if (n < 0) {
      cst_text_reset(&kept);
      return cst_strdup(text);
    }
    if (is_invisible(c) || (is_joiner(c) && (blank || held == 0))) continue;
    if (is_blank(c)) {
      blank = held > 0;
      continue;
    }
    if (blank) {
      kept.bytes = held; /* joiners before the blank join nothing */
      cst_text_add_bytes(&kept, " ", 1);
    }
    blank = false;
    cst_text_add_bytes(&kept, s, (size_t)n);
    if (!is_joiner(c)) held = kept.bytes;
  }
  char *name = NULL;
  if (cst_text_status(&kept) == CST_OK) {
    kept.data[held] = '\0';
    name = cst_utf8_composed(kept.data);
  }
  cst_text_reset(&kept);
  return name;
}

char *cst_utf8_folded(const char *text)
{
  cst_text kept = {0};
  char *apart =
      map(text, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  cst_text_add_bytes(&kept, "", 0);
  const utf8proc_uint8_t *s = (const utf8proc_uint8_t *)apart;
  for (utf8proc_ssize_t n; s && *s; s += n) {
    utf8proc_int32_t c;
    n = utf8proc_iterate(s, -1, &c);
    if (n < 0)
      n = 1; /* no UTF-8: byte by byte */
    else if (is_blank(c) || c == '_' || c == '-' || (c >= FIRST_ACCENT && c <= LAST_ACCENT))
      continue;
    cst_text_add_bytes(&kept, s, (size_t)n);
  }
  cst_free(apart);
  if (apart && !kept.failed) return kept.data;
  cst_text_reset(&kept);
  return NULL;
}
