/* Contract in html.h. */
#include "html.h"

#include <ctype.h>
#include <string.h>

void html_escape(cst_text *out, const char *text)
{
  for (; *text; text++) {
    const unsigned char c = (unsigned char)*text;
    switch (c) {
    case '&':
      cst_text_add(out, "&amp;");
      break;
    case '<':
      cst_text_add(out, "&lt;");
      break;
    case '>':
      cst_text_add(out, "&gt;");
      break;
    case '"':
      cst_text_add(out, "&quot;");
      break;
    case '\'':
      cst_text_add(out, "&#39;");
      break;
    default:
      cst_text_add_bytes(out, c < ' ' || c == 0x7f ? " " : text, 1);
    }
  }
}

void html_url(cst_text *out, const char *path)
{
  for (const char *c = path; *c; c++)
    if (isalnum((unsigned char)*c) || strchr("/-._~", *c))
      cst_text_add(out, "%c", *c);
    else
      cst_text_add(out, "%%%02X", (unsigned)(unsigned char)*c);
}
