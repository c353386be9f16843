/* Names of any kind as components of paths.  Contract in cassette/file.h. */
#include "cassette/digest.h"
#include "cassette/file.h"

#include <stdio.h>
#include <string.h>

static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "0123456789-_";

/* No plain name has the dot in front of the digest, so the two kinds never meet. */
void cst_safe_name(const char *name, char out[CST_SAFE_NAME_BYTES])
{
  enum { DIGITS = 16, MOST = CST_SAFE_NAME_BYTES - 1 - DIGITS - 1 };
  const size_t bytes = strlen(name);
  char hex[CST_DIGEST_HEX];
  size_t n = 0;
  if (bytes > 0 && bytes < CST_SAFE_NAME_BYTES && strspn(name, plain) == bytes) {
    memcpy(out, name, bytes + 1);
    return;
  }
  for (const char *at = name; *at && n < MOST; at++) {
    if (strchr(plain, *at))
      out[n++] = *at;
    else if (n == 0 || out[n - 1] != '_')
      out[n++] = '_';
  }
  cst_digest_bytes(name, bytes, hex);
  snprintf(out + n, CST_SAFE_NAME_BYTES - n, "%s.%.*s", n ? "" : "_", DIGITS, hex);
}
