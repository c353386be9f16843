/*
 * Contract in cassette/spelling.h.  Optimal string alignment distance (insertion, deletion,
 * replacement, swap of neighbours), ignoring case and taking '-' and '_' for the same.
 */
#include "cassette/spelling.h"

#include <stdint.h>
#include <string.h>

enum { LONGEST = 64 };

static int folded(char c)
{
  if (c == '_') return '-';
  return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static size_t min(size_t a, size_t b) { return a < b ? a : b; }

/* Words of at most LONGEST bytes. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
  size_t rows[3][LONGEST + 1]; /* of the table: this, the one before, the one before that */

  for (size_t j = 0; j <= m; j++) rows[0][j] = j;
  for (size_t i = 1; i <= n; i++) {
    size_t *row = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= m; j++) {
      const size_t differ = folded(a[i - 1]) != folded(b[j - 1]);
      row[j] = min(min(row[j - 1], before[j]) + 1, before[j - 1] + differ);
      if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
          folded(a[i - 2]) == folded(b[j - 1]))
        row[j] = min(row[j], earlier[j - 2] + 1);
    }
  }
  return rows[n % 3][m];
}

size_t cst_edit_distance(const char *a, const char *b)
{
  const size_t n = strlen(a), m = strlen(b);
  return n > LONGEST || m > LONGEST ? SIZE_MAX : distance(a, n, b, m);
}

const char *cst_nearest(const char *word, size_t n, const char *const *candidates)
{
  const size_t length = strlen(word);
  const char *best = NULL;
  size_t best_distance = length / 3 + 1; /* one slip per three letters, and one more */

  if (length == 0 || length > LONGEST) return NULL;
  for (size_t i = 0; i < n; i++) {
    const size_t other = strlen(candidates[i]);
    if (other > LONGEST) continue;
    const size_t d = distance(word, length, candidates[i], other);
    /* A word of which every letter was replaced is another word. */
    if (d < min(length, other) && (best ? d < best_distance : d <= best_distance)) {
      best = candidates[i];
      best_distance = d;
    }
  }
  return best;
}
