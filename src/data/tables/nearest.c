/* Contract in nearest.h. */
#include "nearest.h"

#include "cassette/spelling.h"

#include <stdio.h>

const char *cst_did_you_mean(const cst_names *names, const char *word, char text[128])
{
  const char *nearest = cst_nearest(word, names->n, (const char *const *)names->item);
  text[0] = '\0';
  if (nearest) snprintf(text, 128, " (did you mean '%.100s'?)", nearest);
  return text;
}

const char *cst_names_list(const cst_names *names, size_t max, size_t bytes, char *text)
{
  size_t used = 0, i = 0;
  text[0] = '\0';
  for (; i < names->n && i < max && used < bytes / 2; i++) {
    const int n = snprintf(text + used, bytes - used, "%s%.40s", i ? ", " : "", names->item[i]);
    used += (size_t)n;
    if (used > bytes - 1) used = bytes - 1;
  }
  if (i < names->n && used < bytes - 1)
    snprintf(text + used, bytes - used, " and %zu more", names->n - i);
  return text;
}
