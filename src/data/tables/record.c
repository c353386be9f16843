/* Contract in record.h. */
#include "record.h"

#include "cassette/file.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/stop.h"
#include "cassette/utf8.h"
#include "grow.h"

#include <string.h>

enum { LONGEST_NAME_BYTES = 1024, LONGEST_FACT_BYTES = 256 };

/* "a/../b", "./a", "a//b", "/a" and "a/" are no names: they would reach outside the root, or name
 * one file in two ways. */
static bool has_odd_component(const char *name)
{
  for (;;) {
    const size_t n = strcspn(name, "/");
    if (n == 0 || (n == 1 && name[0] == '.') || (n == 2 && name[0] == '.' && name[1] == '.'))
      return true;
    if (!name[n]) return false;
    name += n + 1;
  }
}

static const char *name_fault(const char *name, bool relative_path)
{
  if (!*name) return "is empty";
  if (strlen(name) > LONGEST_NAME_BYTES) return "has more than 1,024 bytes";
  if (!cst_utf8_plain(name)) return "holds a control character; is a quote left open?";
  if (strchr(name, '\\')) return "holds a backslash; separate directories by '/'";
  if (!relative_path && strchr(name, '/'))
    return "holds a directory; this layout has bare file names";
  if (has_odd_component(name))
    return "is not a path below the root; leave out '/' at the ends, '//', '.' and '..'";
  return NULL;
}

static const char *fact_fault(const char *text)
{
  if (strlen(text) > LONGEST_FACT_BYTES) return "has more than 256 bytes";
  if (!cst_utf8_plain(text)) return "holds a control character; is a quote left open?";
  return NULL;
}

/* Texts shown in messages are valid UTF-8 without control characters, or not shown. */
static cst_status refuse(const cst_table *table, size_t row, const char *column, const char *text,
                         const char *fault)
{
  const bool shown = *text && strlen(text) <= LONGEST_NAME_BYTES && cst_utf8_plain(text);
  return cst_raise(CST_ERR_DATA, "%s:%zu: %s%s%s%s %s", cst_table_name(table),
                   cst_table_line(table, row), column, shown ? " '" : "", shown ? text : "",
                   shown ? "'" : "", fault);
}

/* The record of a name, new if need be; refuses a name that its table holds twice. */
static cst_status find_record(records *self, const cst_table *table, size_t row, const char *id,
                              record **out)
{
  cst_status st = CST_OK;
  const size_t known = self->ids.n;
  const int i = cst_names_add(&self->ids, id);
  if (i == CST_NONE) CST_TRY(cst_no_memory("clip names", known + 1, sizeof(char *)));
  if (known == self->ids.n) {
    *out = &self->item[i];
    if ((*out)->table == table)
      CST_FAIL(CST_ERR_DATA, "%s:%zu: clip '%s' is already in line %zu; remove one of the two",
               cst_table_name(table), cst_table_line(table, row), id,
               cst_table_line(table, (*out)->row));
  } else {
    PUSH(self->item, self->n, self->capacity, (record){.id = id});
    *out = &self->item[i];
  }
done:
  return st;
}

static cst_status join_part(record *r, const cst_table *table, size_t row, cst_part part)
{
  if (part == CST_PART_NONE) return CST_OK;
  if (r->part != CST_PART_NONE && r->part != part)
    return cst_raise(CST_ERR_DATA,
                     "%s:%zu: clip '%s' is also in %s line %zu: it would train and evaluate; "
                     "remove one of the two",
                     cst_table_name(table), cst_table_line(table, row), r->id,
                     cst_table_name(r->table), cst_table_line(r->table, r->row));
  r->part = part;
  return CST_OK;
}

/* A field as the name that it is, kept among `texts`. */
static cst_status read_fact(cst_names *texts, const cst_table *table, size_t row, int column,
                            const char *column_name, const char **out)
{
  cst_status st = CST_OK;
  const char *field = cst_table_field(table, row, column);
  const char *fault = fact_fault(field);
  char *text = NULL;
  if (fault) CST_TRY(refuse(table, row, column_name, field, fault));
  text = cst_utf8_name(field);
  const int i = text ? cst_names_add(texts, text) : CST_NONE;
  if (i == CST_NONE) CST_TRY(cst_no_memory("names", texts->n + 1, sizeof(char *)));
  *out = texts->item[i];
done:
  cst_free(text);
  return st;
}

static cst_status join_fact(cst_names *texts, record *r, const cst_table *table, size_t row,
                            int column, const char *column_name, statement *said)
{
  cst_status st = CST_OK;
  const char *text;
  CST_TRY(read_fact(texts, table, row, column, column_name, &text));
  if (!said->text) {
    *said = (statement){.text = text, .column = column_name, .table = table, .row = row};
    return CST_OK;
  }
  if (strcmp(said->text, text) == 0) return CST_OK;
  st = cst_raise(CST_ERR_DATA,
                 "%s:%zu: %s of clip '%s' is '%s', but '%s' in %s:%zu; correct one, or name one "
                 "of the two tables only in the configuration",
                 cst_table_name(table), cst_table_line(table, row), column_name, r->id, text,
                 said->text, cst_table_name(said->table), cst_table_line(said->table, said->row));
done:
  return st;
}

static const char *file_column(const record_columns *columns)
{
  return columns->file ? columns->file : "filename";
}

static cst_status join_row(records *self, const cst_table *table, size_t row, int file,
                           const int *column, const record_columns *columns, cst_part part)
{
  cst_status st = CST_OK;
  record *r = NULL;
  const char *id = cst_table_field(table, row, file);
  const char *fault = name_fault(id, columns->relative_path);
  if (fault) CST_TRY(refuse(table, row, file_column(columns), id, fault));
  CST_TRY(find_record(self, table, row, id, &r));
  CST_TRY(join_part(r, table, row, part));
  r->table = table;
  r->row = row;
  for (int f = 0; f < FACTS; f++)
    if (column[f] >= 0)
      CST_TRY(join_fact(&self->texts, r, table, row, column[f], columns->fact[f], &r->said[f]));
done:
  return st;
}

cst_status cst_records_add(records *self, const char *root, const char *name,
                           const record_columns *columns, cst_part part)
{
  cst_status st = CST_OK;
  cst_table *table = NULL;
  int column[FACTS + 1]; /* the last: of file names */
  const char *name_of[FACTS + 1];
  char *path = cst_path_join(root, name);
  if (!path) CST_TRY(cst_no_memory(name, strlen(name), 1));
  cst_input_keep(path);
  CST_TRY(cst_table_read(path, columns->delimiter, &table));
  PUSH(self->table, self->tables, self->tables_capacity, table);
  const cst_table *t = table;
  table = NULL; /* the records own it now */
  for (int f = 0; f < FACTS; f++) {
    name_of[f] = columns->fact[f];
    column[f] = -1;
    if (name_of[f]) CST_TRY(cst_table_find(t, name_of[f], &column[f]));
  }
  name_of[FACTS] = file_column(columns);
  CST_TRY(cst_table_need(t, name_of[FACTS], &column[FACTS]));
  CST_TRY(cst_table_tell(t, name_of, column, FACTS + 1));
  for (size_t row = 0; row < cst_table_rows(t); row++) {
    CST_TRY(cst_stop_check("metadata was read"));
    CST_TRY(join_row(self, t, row, column[FACTS], column, columns, part));
  }
done:
  cst_table_destroy(&table);
  cst_free(path);
  return st;
}

cst_status cst_records_need(const records *self, const record_columns *columns, fact f)
{
  cst_status st = CST_OK;
  int column = -1;
  for (size_t i = 0; i < self->tables && column < 0; i++)
    CST_TRY(cst_table_find(self->table[i], columns->fact[f], &column));
  if (column < 0) CST_TRY(cst_table_need(self->table[0], columns->fact[f], &column));
done:
  return st;
}

const char *cst_record_says(const record *r, fact f)
{
  return r->said[f].text ? r->said[f].text : "";
}

cst_status cst_record_refuse_scene(const record *r, const char *what, const char *cure)
{
  const statement *s = &r->said[FACT_SCENE];
  return cst_raise(CST_ERR_DATA, "%s:%zu: %s '%s' of clip '%s' %s%s", cst_table_name(s->table),
                   cst_table_line(s->table, s->row), s->column, s->text, r->id, what, cure);
}

void cst_records_warn_partial(const records *self)
{
  for (size_t t = 0; t < self->tables; t++) {
    const size_t absent = self->n - cst_table_rows(self->table[t]);
    if (absent > 0)
      cst_log(CST_LOG_WARN,
              "%s: %zu of %zu clips are in other tables only; they lack what this one says",
              cst_table_name(self->table[t]), absent, self->n);
  }
}

void cst_records_reset(records *self)
{
  for (size_t i = 0; i < self->tables; i++) cst_table_destroy(&self->table[i]);
  cst_free(self->table);
  cst_free(self->item);
  cst_names_reset(&self->ids);
  cst_names_reset(&self->texts);
  *self = (records){0};
}
