/*
 * Columns by name.  Contract in cassette/table.h.
 *
 * People write 'Session', 'scene label' and 'City '.  A column that is not recognised is not an
 * error (tables have many that mean nothing here), but an optional one that is missed changes what
 * is trained and tested: so names are compared as people read them, and what is ignored is told.
 */
#include "cassette/table.h"

#include "audio_index.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/spelling.h"
#include "cassette/utf8.h"

#include <string.h>

enum { LISTED_BYTES = 400 };

cst_status cst_table_find(const cst_table *self, const char *name, int *column)
{
  cst_status st = CST_OK;
  char *wanted = cst_utf8_folded(name), *heading = NULL;
  *column = -1;
  if (!wanted) CST_TRY(cst_no_memory(name, strlen(name), 1));
  for (size_t i = 0; i < cst_table_columns(self); i++) {
    cst_free(heading);
    heading = cst_utf8_folded(cst_table_heading(self, i));
    if (!heading) CST_TRY(cst_no_memory("columns", i, 1));
    if (strcmp(heading, wanted) != 0) continue;
    if (*column >= 0)
      CST_FAIL(CST_ERR_DATA, "%s:%zu: columns '%.80s' and '%.80s' both mean %s; remove one",
               cst_table_name(self), cst_table_header_line(self),
               cst_table_heading(self, (size_t)*column), cst_table_heading(self, i), name);
    *column = (int)i;
  }
done:
  cst_free(heading);
  cst_free(wanted);
  return st;
}

static bool names_audio(const cst_table *t)
{
  size_t ends;
  for (size_t i = 0; i < cst_table_columns(t); i++)
    if (cst_audio_extension(cst_table_heading(t, i), &ends) >= 0) return true;
  return false;
}

/* Whether the first row, and not the header line, names this column. */
static bool named_below(const cst_table *t, const char *name)
{
  char *wanted = cst_utf8_folded(name);
  bool found = false;
  for (size_t i = 0; wanted && i < cst_table_columns(t) && !found; i++) {
    char *field = cst_utf8_folded(cst_table_field(t, 0, (int)i));
    found = field && strcmp(field, wanted) == 0;
    cst_free(field);
  }
  cst_free(wanted);
  return found;
}

/* The heading that `name` may have been meant to be: closer than any other thing said, or NULL. */
static const char *misspelt(const cst_table *t, const char *name)
{
  const size_t n = cst_table_columns(t);
  const char **heading = cst_alloc(n, sizeof *heading), *near = NULL;
  for (size_t i = 0; heading && i < n; i++) heading[i] = cst_table_heading(t, i);
  if (heading) near = cst_nearest(name, n, heading);
  cst_free(heading);
  return near;
}

static cst_status refuse(const cst_table *t, const char *name)
{
  cst_text present = {0}, cure = {0};
  const char *near = misspelt(t, name);
  for (size_t i = 0; i < cst_table_columns(t) && present.bytes < LISTED_BYTES; i++)
    if (*cst_table_heading(t, i))
      cst_text_add(&present, "%s%.60s", present.bytes ? ", " : "", cst_table_heading(t, i));
  if (cst_table_columns(t) == 1 && strpbrk(cst_table_heading(t, 0), ";|"))
    cst_text_add(&cure, "; separate the columns by commas or tabs");
  else if (named_below(t, name))
    cst_text_add(&cure, "; line %zu has it: remove what is above the header line",
                 cst_table_line(t, 0));
  else if (names_audio(t))
    cst_text_add(&cure, "; is the header line missing?");
  else if (near)
    cst_text_add(&cure, "; is '%.60s' meant?", near);
  const cst_status st = cst_raise(CST_ERR_DATA, "%s:%zu: no column '%s'; present: %s%s",
                                  cst_table_name(t), cst_table_header_line(t), name,
                                  present.data ? present.data : "", cure.data ? cure.data : "");
  cst_text_reset(&present);
  cst_text_reset(&cure);
  return st;
}

cst_status cst_table_need(const cst_table *self, const char *name, int *column)
{
  cst_status st = CST_OK;
  CST_TRY(cst_table_find(self, name, column));
  if (*column < 0) st = refuse(self, name);
done:
  return st;
}

/* Columns of one table, told of. */
typedef struct {
  const cst_table *table;
  const char *const *name; /* those that are looked for; NULL: none */
  const int *column;       /* where they are, or -1 */
  size_t n;
  cst_text used, ignored;
} account;

static void add_used(account *a, const char *heading, const char *name)
{
  const char *between = a->used.bytes ? ", " : "";
  if (strcmp(heading, name) == 0)
    cst_text_add(&a->used, "%s%s", between, name);
  else
    cst_text_add(&a->used, "%s'%.60s' as %s", between, heading, name);
}

/* Warns where an ignored column may be one that is lacking: a slip ('sesion'), or its name and more
 * ('session_id'). */
static cst_status warn_if_close(const account *a, const char *heading)
{
  cst_status st = CST_OK;
  char *is = cst_utf8_folded(heading), *like = NULL;
  for (size_t k = 0; is && k < a->n; k++) {
    if (!a->name[k] || a->column[k] >= 0) continue;
    cst_free(like);
    like = cst_utf8_folded(a->name[k]);
    if (!like) CST_TRY(cst_no_memory("columns", a->n, 1));
    if (cst_edit_distance(is, like) != 1 && strncmp(is, like, strlen(like)) != 0) continue;
    cst_log(CST_LOG_WARN, "%s:%zu: column '%.60s' is ignored; if %s is meant, name it so",
            cst_table_name(a->table), cst_table_header_line(a->table), heading, a->name[k]);
    break;
  }
  if (!is) CST_TRY(cst_no_memory("columns", a->n, 1));
done:
  cst_free(is);
  cst_free(like);
  return st;
}

static cst_status tell(account *a)
{
  cst_status st = CST_OK;
  for (size_t i = 0; i < cst_table_columns(a->table); i++) {
    const char *heading = cst_table_heading(a->table, i);
    size_t k = 0;
    while (k < a->n && !(a->name[k] && a->column[k] == (int)i)) k++;
    if (k < a->n) {
      add_used(a, heading, a->name[k]);
      continue;
    }
    CST_TRY(warn_if_close(a, heading));
    if (a->ignored.bytes < LISTED_BYTES)
      cst_text_add(&a->ignored, "%s%.60s", a->ignored.bytes ? ", " : "",
                   *heading ? heading : "(no name)");
  }
  cst_log(CST_LOG_INFO, "%s: columns %s%s%s", cst_table_name(a->table),
          a->used.data ? a->used.data : "none", a->ignored.data ? "; ignored: " : "",
          a->ignored.data ? a->ignored.data : "");
done:
  return st;
}

cst_status cst_table_tell(const cst_table *self, const char *const *name, const int *column,
                          size_t n)
{
  account a = {.table = self, .name = name, .column = column, .n = n};
  const cst_status st = tell(&a);
  cst_text_reset(&a.used);
  cst_text_reset(&a.ignored);
  return st;
}
