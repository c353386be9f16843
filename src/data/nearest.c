/* Contract in nearest.h.  Levenshtein's distance by rows of the table. */
#include "nearest.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 64 }; /* longer words are not looked at: they are no misspelt names */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

static size_t distance(const char *a, const char *b)
{
  size_t row[LONGEST + 1];
  const size_t n = strlen(b);
  for (size_t j = 0; j <= n; j++) row[j] = j;
  for (size_t i = 0; a[i]; i++) {
    size_t corner = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < n; j++) {
      const size_t change = corner + (lower(a[i]) != lower(b[j]));
      corner = row[j + 1];
      row[j + 1] = least(change, least(corner, row[j]) + 1);
    }
  }
  return row[n];
}

const char *cst_names_nearest(const cst_names *names, const char *word)
{
  const char *nearest = NULL;
  const size_t length = strlen(word);
  size_t closest = length / 3 + 1;
  if (length == 0 || length > LONGEST) return NULL;
  for (size_t i = 0; i < names->n; i++) {
    if (strlen(names->item[i]) > LONGEST) continue;
    const size_t d = distance(word, names->item[i]);
    if (d < closest || (d == closest && !nearest && d < length)) {
      closest = d;
      nearest = names->item[i];
    }
  }
  return nearest;
}

const char *cst_did_you_mean(const cst_names *names, const char *word, char text[128])
{
  const char *nearest = cst_names_nearest(names, word);
  text[0] = '\0';
  if (nearest) snprintf(text, 128, " (did you mean '%.100s'?)", nearest);
  return text;
}

const char *cst_names_list(const cst_names *names, size_t most, size_t bytes, char *text)
{
  size_t used = 0, i = 0;
  text[0] = '\0';
  for (; i < names->n && i < most && used < bytes / 2; i++) {
    const int n = snprintf(text + used, bytes - used, "%s%.40s", i ? ", " : "", names->item[i]);
    used = least(used + (size_t)n, bytes - 1);
  }
  if (i < names->n && used < bytes - 1)
    snprintf(text + used, bytes - used, " and %zu more", names->n - i);
  return text;
}
