/*
 * Contract in look_alike.h.
 *
 * A name's key is what it has in common with others that people take for it: folded, and numbers
 * without zeros in front ("01", "1", "1.0").  Numbers stay apart from each other: "1-12" is not
 * "11-2".  One letter more, less, replaced or swapped with the next is a slip, if it is not the
 * first of the name, and the name is long enough for that to be no other word.
 */
#include "look_alike.h"

#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/stop.h"
#include "cassette/utf8.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
  FIRST_FEW = 3,
  SHORTEST_WITH_SLIP = 5, /* of the longer name */
  SHORTEST_SWAPPED = 4,
  MOST_FOR_SLIPS = 20000 /* every name is held against every other one */
};

bool cst_means_nothing(const char *text)
{
  static const char *const words[] = {"nan", "none", "null",       "nil",      "n/a",
                                      "na",  "#n/a", "<na>",       "#na",      "-",
                                      "--",  "-1",   "unlabelled", "unlabeled"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcasecmp(text, words[i]) == 0) return true;
  return false;
}

static bool separates(char c) { return c == ' ' || c == '_' || c == '-'; }
static bool digit(char c) { return c >= '0' && c <= '9'; }

/* Numbers as they count: no zeros in front, no ".0" behind, '.' between those that were apart. */
static void plain_numbers(const char *name, char *out)
{
  char *at = out;
  for (const char *s = name; *s; s++) {
    const char before = s > name ? s[-1] : ' ';
    if (separates(*s) && digit(before)) {
      while (separates(s[1])) s++;
      if (digit(s[1])) *at++ = '.';
    } else if (*s == '0' && digit(s[1]) && !digit(before) && before != '.') {
      continue;
    } else if (strcmp(s, ".0") == 0 && digit(before)) {
      break;
    } else {
      *at++ = *s;
    }
  }
  *at = '\0';
}

static char *key_of(const char *name)
{
  char *plain = cst_strdup(name), *key = NULL;
  if (plain) {
    plain_numbers(name, plain);
    key = cst_utf8_folded(plain);
  }
  cst_free(plain);
  return key;
}

/* The pairs found. */
typedef struct {
  size_t n;
  cst_text first;
} pairs;

static void add_pair(pairs *p, const char *a, const char *b)
{
  if (p->n++ < FIRST_FEW)
    cst_text_add(&p->first, "%s'%.80s' and '%.80s'", p->n > 1 ? ", " : "", a, b);
}

static cst_status tell(pairs *p, const char *root, const char *what, const char *how)
{
  const cst_status st = cst_text_status(&p->first);
  if (st == CST_OK && p->n > FIRST_FEW)
    cst_log(CST_LOG_WARN, "%s: %s %s: %s and %zu more; if they are the same, write them alike",
            root, what, how, p->first.data, p->n - FIRST_FEW);
  else if (st == CST_OK && p->n > 0)
    cst_log(CST_LOG_WARN, "%s: %s %s: %s; if they are the same, write them alike", root, what, how,
            p->first.data);
  cst_text_reset(&p->first);
  return st;
}

static bool letter(char c) { return isalpha((unsigned char)c) && (unsigned char)c < 0x80; }

/* Keys of n and m bytes. */
static bool one_slip(const char *a, size_t n, const char *b, size_t m)
{
  const size_t longer = n > m ? n : m;
  size_t head = 0;
  while (head < n && head < m && a[head] == b[head]) head++;
  while (n > head && m > head && a[n - 1] == b[m - 1]) n--, m--;
  a += head, b += head, n -= head, m -= head;
  if (n > 2 || m > 2) return false;
  for (size_t i = 0; i < n; i++)
    if (!letter(a[i])) return false;
  for (size_t i = 0; i < m; i++)
    if (!letter(b[i])) return false;
  if (n == 2 && m == 2) return longer >= SHORTEST_SWAPPED && a[0] == b[1] && a[1] == b[0];
  if (n == 1 && m == 1 && head == 0) return false;
  return n <= 1 && m <= 1 && longer >= SHORTEST_WITH_SLIP;
}

/* A bit per character that occurs, so that most pairs need no closer look. */
static uint64_t characters_of(const char *key)
{
  uint64_t set = 0;
  for (; *key; key++) set |= (uint64_t)1 << ((unsigned char)*key & 63);
  return set;
}

static bool may_be_close(uint64_t a, uint64_t b)
{
  const uint64_t other = a ^ b, but_one = other & (other - 1);
  return (but_one & (but_one - 1)) == 0; /* two characters at most are in one key only */
}

/* `key`: those of the names, [names]; names of an equal key are told of elsewhere. */
static cst_status find_slips(const cst_names *names, char *const *key, pairs *found)
{
  cst_status st = CST_OK;
  uint64_t *set = NULL;
  size_t *bytes = NULL;
  CST_ALLOC(set, names->n);
  CST_ALLOC(bytes, names->n);
  for (size_t i = 0; i < names->n; i++) {
    CST_TRY(cst_stop_check("names were compared"));
    set[i] = characters_of(key[i]);
    bytes[i] = strlen(key[i]);
    for (size_t j = 0; j < i; j++)
      if (may_be_close(set[i], set[j]) && strcmp(key[i], key[j]) != 0 &&
          one_slip(key[j], bytes[j], key[i], bytes[i]))
        add_pair(found, names->item[j], names->item[i]);
  }
done:
  cst_free(set);
  cst_free(bytes);
  return st;
}

cst_status cst_warn_look_alikes(const char *root, const char *what, const cst_names *names,
                                bool slips)
{
  cst_status st = CST_OK;
  cst_names keys = {0};
  int *owner = NULL;
  char **key = NULL;
  pairs equal = {0}, close = {0};
  CST_ALLOC(owner, names->n);
  CST_ALLOC(key, names->n);
  for (size_t i = 0; i < names->n; i++) {
    if (!(key[i] = key_of(names->item[i]))) CST_TRY(cst_no_memory("names", names->n, 1));
    const size_t known = keys.n;
    const int k = cst_names_add(&keys, key[i]);
    if (k == CST_NONE) CST_TRY(cst_no_memory("names", names->n, 1));
    if (keys.n == known)
      add_pair(&equal, names->item[owner[k]], names->item[i]);
    else
      owner[k] = (int)i;
  }
  if (slips && names->n <= MOST_FOR_SLIPS) CST_TRY(find_slips(names, key, &close));
  CST_TRY(tell(&equal, root, what,
               "differ only in letter case, accents, separators or zeros before numbers"));
  CST_TRY(tell(&close, root, what, "differ by one letter"));
done:
  for (size_t i = 0; key && i < names->n; i++) cst_free(key[i]);
  cst_free(key);
  cst_free(owner);
  cst_names_reset(&keys);
  cst_text_reset(&equal.first);
  cst_text_reset(&close.first);
  return st;
}
