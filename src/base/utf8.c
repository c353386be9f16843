/* Contract in cassette/utf8.h: well-formed text. */
#include "cassette/utf8.h"

#include <string.h>

static bool continues(unsigned char c) { return (c & 0xC0) == 0x80; }

size_t cst_utf8_sequence(const unsigned char *s, size_t n)
{
  const unsigned char c = s[0];
  size_t length;
  if (c < 0x80) return 1;
  if (c >= 0xC2 && c <= 0xDF)
    length = 2;
  else if ((c & 0xF0) == 0xE0)
    length = 3;
  else if (c >= 0xF0 && c <= 0xF4)
    length = 4;
  else
    return 0;
  if (n < length) return 0;
  for (size_t i = 1; i < length; i++)
    if (!continues(s[i])) return 0;
  if (c == 0xE0 && s[1] < 0xA0) return 0; /* overlong */
  if (c == 0xED && s[1] > 0x9F) return 0; /* surrogates */
  if (c == 0xF0 && s[1] < 0x90) return 0; /* overlong */
  if (c == 0xF4 && s[1] > 0x8F) return 0; /* above U+10FFFF */
  return length;
}

bool cst_utf8_plain(const char *text)
{
  const unsigned char *at = (const unsigned char *)text;
  size_t left = strlen(text);
  while (left > 0) {
    const size_t length = cst_utf8_sequence(at, left);
    if (length == 0 || at[0] < 0x20 || at[0] == 0x7F) return false;
    at += length;
    left -= length;
  }
  return true;
}

size_t cst_utf8_width(const char *text)
{
  size_t width = 0;
  for (; *text; text++) width += !continues((unsigned char)*text);
  return width;
}
