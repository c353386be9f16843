/*
 * Delimited tables.  libcsv splits fields; what it does not look at (byte-order mark, NUL,
 * encoding, line numbers, row lengths) is done here.  Lines are fed one at a time, so that the
 * line on which a row starts is known even where quoted fields run over several.
 */
#include "cassette/table.h"

#include "cassette/dataset.h"
#include "cassette/memory.h"
#include "cassette/utf8.h"
#include "grow.h"

#include <csv.h>
#include <string.h>
#include <strings.h>

enum { LONGEST_FIELD_BYTES = 65536 };

struct cst_table {
  char *name;
  cst_text text;                       /* every field with a NUL behind it */
  size_t *field, fields, capacity;     /* offsets into text, row by row, the header first */
  size_t *line, lines, lines_capacity; /* where each row starts, the header first */
  size_t columns;
};

/* What libcsv's callbacks see. */
typedef struct {
  cst_table *table;
  size_t line;     /* of the text being fed */
  size_t row_line; /* where the current row started */
  size_t in_row;   /* fields of the current row so far */
  bool row_ended;  /* in the text being fed */
  cst_status st;
} reader;

void cst_table_destroy(cst_table **self)
{
  cst_table *t = *self;
  if (!t) return;
  cst_free(t->name);
  cst_text_reset(&t->text);
  cst_free(t->field);
  cst_free(t->line);
  cst_free(t);
  *self = NULL;
}

static size_t line_at(const char *text, size_t offset)
{
  size_t line = 1;
  for (size_t i = 0; i < offset; i++)
    line += text[i] == '\n' || (text[i] == '\r' && (i + 1 == offset || text[i + 1] != '\n'));
  return line;
}

static cst_status check_bytes(const char *text, size_t bytes, const char *name)
{
  const unsigned char *s = (const unsigned char *)text;
  if (bytes >= 2 && ((s[0] == 0xFF && s[1] == 0xFE) || (s[0] == 0xFE && s[1] == 0xFF)))
    return cst_raise(CST_ERR_DATA, "%s:1: this is UTF-16 text; save the table as UTF-8", name);
  for (size_t i = 0, length; i < bytes; i += length) {
    if (s[i] == 0)
      return cst_raise(CST_ERR_DATA, "%s:%zu: a NUL byte; this is %s", name, line_at(text, i),
                       i < 2 ? "UTF-16 text; save the table as UTF-8"
                             : "no text table, or it is damaged");
    length = cst_utf8_sequence(s + i, bytes - i);
    if (length == 0)
      return cst_raise(CST_ERR_DATA, "%s:%zu: byte 0x%02x is not UTF-8; save the table as UTF-8",
                       name, line_at(text, i), s[i]);
  }
  return CST_OK;
}

static size_t line_bytes(const char *text, size_t bytes)
{
  for (size_t i = 0; i < bytes; i++) {
    if (text[i] == '\n') return i + 1;
    if (text[i] == '\r') return i + 1 + (i + 1 < bytes && text[i + 1] == '\n');
  }
  return bytes;
}

static bool blank(const char *text, size_t bytes)
{
  for (size_t i = 0; i < bytes; i++)
    if (!strchr(" \t\r\n", text[i])) return false;
  return true;
}

/* The first line that is not blank; *bytes: its length. */
static const char *first_line(const char *text, size_t *bytes)
{
  size_t left = *bytes, n = line_bytes(text, left);
  while (n < left && blank(text, n)) {
    text += n;
    left -= n;
    n = line_bytes(text, left);
  }
  *bytes = n;
  return text;
}

/* Tab if the header has one, else what it has more of, comma or semicolon: spreadsheets of
 * countries with a decimal comma write the latter. */
static char find_delimiter(const char *text, size_t bytes)
{
  size_t commas = 0, semicolons = 0;
  const char *line = first_line(text, &bytes);
  if (memchr(line, '\t', bytes)) return '\t';
  for (size_t i = 0; i < bytes; i++) {
    commas += line[i] == ',';
    semicolons += line[i] == ';';
  }
  return semicolons > commas ? ';' : ',';
}

/* Excel's own first line, "sep=;": the delimiter, and the bytes to skip; 0 if there is none. */
static char stated_delimiter(const char *text, size_t *bytes)
{
  const char *line = first_line(text, bytes);
  const bool quoted = *bytes > 0 && *line == '"';
  if (*bytes < 5 + 2 * (size_t)quoted || strncasecmp(line + quoted, "sep=", 4) != 0) return 0;
  const char *after = line + 5 + quoted + quoted;
  *bytes = (size_t)(line - text) + *bytes;
  return strchr(",;|\t", line[4 + quoted]) && blank(after, (size_t)(text + *bytes - after))
             ? line[4 + quoted]
             : 0;
}

static void on_field(void *bytes, size_t n, void *context)
{
  reader *r = context;
  cst_table *t = r->table;
  cst_status st = r->st;
  if (st != CST_OK) return;
  if (n > LONGEST_FIELD_BYTES)
    CST_FAIL(CST_ERR_DATA, "%s:%zu: field %zu has %zu bytes; is a quote left open?", t->name,
             r->row_line, r->in_row + 1, n);
  PUSH(t->field, t->fields, t->capacity, t->text.bytes);
  cst_text_add_bytes(&t->text, bytes, n);
  cst_text_add_bytes(&t->text, "", 1);
  CST_TRY(cst_text_status(&t->text)); /* what comes next reads the field */
  r->in_row++;
done:
  r->st = st;
}

/* Whether the last `n` fields are. */
static bool is_empty(const cst_table *t, size_t n)
{
  for (size_t i = t->fields - n; i < t->fields; i++)
    if (t->text.data[t->field[i]]) return false;
  return true;
}

static void on_row(int terminator, void *context)
{
  reader *r = context;
  cst_table *t = r->table;
  cst_status st = r->st;
  (void)terminator;
  if (st != CST_OK) return;
  r->row_ended = true;
  if (is_empty(t, r->in_row)) { /* what a spreadsheet leaves of empty rows */
    t->fields -= r->in_row;
    r->in_row = 0;
    return;
  }
  if (t->lines == 0) t->columns = r->in_row;
  while (r->in_row > t->columns && !t->text.data[t->field[t->fields - 1]]) {
    t->fields--; /* and of empty columns */
    r->in_row--;
  }
  if (r->in_row != t->columns)
    CST_FAIL(CST_ERR_DATA,
             "%s:%zu: %zu fields where the header has %zu; add what is missing, or put a field "
             "that holds a delimiter in quotes",
             t->name, r->row_line, r->in_row, t->columns);
  PUSH(t->line, t->lines, t->lines_capacity, r->row_line);
  r->in_row = 0;
done:
  r->st = st;
}

static void *resize(void *p, size_t bytes) { return cst_realloc(p, bytes, 1); }

static cst_status parse_failure(const reader *r, struct csv_parser *csv)
{
  if (r->st != CST_OK) return r->st;
  if (csv_error(csv) != CSV_EPARSE) return cst_no_memory("table", 1, csv->entry_size);
  return cst_raise(CST_ERR_DATA,
                   "%s:%zu: a quote in the wrong place or never closed; put the whole field in "
                   "quotes and double the quotes inside it",
                   r->table->name, r->row_line);
}

/* The text from line number `line` on. */
static cst_status feed(reader *r, struct csv_parser *csv, size_t line, const char *text,
                       size_t bytes)
{
  bool open = false; /* inside a row that started on an earlier line */
  for (r->line = line; bytes > 0; r->line++) {
    const size_t n = line_bytes(text, bytes);
    if (!open) r->row_line = r->line;
    r->row_ended = false;
    if (csv_parse(csv, text, n, on_field, on_row, r) != n || r->st != CST_OK)
      return parse_failure(r, csv);
    open = !r->row_ended && (open || !blank(text, n));
    if (open && csv_get_buffer_size(csv) > 2 * LONGEST_FIELD_BYTES)
      return cst_raise(CST_ERR_DATA, "%s:%zu: a quote is opened here and never closed",
                       r->table->name, r->row_line);
    text += n;
    bytes -= n;
  }
  if (csv_fini(csv, on_field, on_row, r) != 0 || r->st != CST_OK) return parse_failure(r, csv);
  return CST_OK;
}

static cst_status check_header(const cst_table *t)
{
  cst_status st = CST_OK;
  cst_names names = {0};
  for (size_t i = 0; i < t->columns; i++) {
    const char *name = cst_table_heading(t, i);
    const size_t known = names.n;
    if (!*name) continue; /* what spreadsheets leave behind */
    if (cst_names_add(&names, name) == CST_NONE) CST_TRY(cst_no_memory("columns", i, 1));
    if (names.n == known)
      CST_FAIL(CST_ERR_DATA, "%s:%zu: column '%.80s' is there twice; remove one", t->name,
               t->line[0], name);
  }
  if (t->lines < 2)
    CST_FAIL(CST_ERR_DATA, "%s: only a header line, no rows; is the file complete?", t->name);
done:
  cst_names_reset(&names);
  return st;
}

cst_status cst_table_parse(const char *text, size_t bytes, const char *name, char delimiter,
                           cst_table **out)
{
  cst_status st = CST_OK;
  struct csv_parser csv;
  cst_table *t = NULL;
  *out = NULL;
  if (csv_init(&csv, CSV_STRICT | CSV_STRICT_FINI) != 0)
    return cst_no_memory("table reader", 1, sizeof csv);
  csv_set_realloc_func(&csv, resize);
  csv_set_free_func(&csv, cst_free);
  csv_set_blk_size(&csv, 4096); /* its buffer grows by steps, not by doubling */

  CST_ALLOC(t, 1);
  if (!(t->name = cst_strdup(name))) CST_TRY(cst_no_memory(name, strlen(name) + 1, 1));
  CST_TRY(check_bytes(text, bytes, name));
  if (bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
    text += 3;
    bytes -= 3;
  }
  if (blank(text, bytes))
    CST_FAIL(CST_ERR_DATA, "%s: the table is empty; it needs a header line and rows", name);
  size_t skip = bytes;
  const char stated = delimiter ? 0 : stated_delimiter(text, &skip);
  if (!stated) skip = 0;
  if (stated)
    delimiter = stated;
  else if (!delimiter)
    delimiter = find_delimiter(text, bytes);
  csv_set_delim(&csv, (unsigned char)delimiter);
  reader r = {.table = t};
  CST_TRY(feed(&r, &csv, line_at(text, skip), text + skip, bytes - skip));
  CST_TRY(check_header(t));
  *out = t;
  t = NULL;
done:
  csv_free(&csv);
  cst_table_destroy(&t);
  return st;
}

cst_status cst_table_read(const char *path, char delimiter, cst_table **out)
{
  cst_status st = CST_OK;
  char *text = NULL;
  size_t bytes;
  *out = NULL;
  CST_TRY(cst_file_read(path, &text, &bytes));
  CST_TRY(cst_table_parse(text, bytes, path, delimiter, out));
done:
  cst_free(text);
  return st;
}

size_t cst_table_rows(const cst_table *self) { return self->lines - 1; }
size_t cst_table_line(const cst_table *self, size_t row) { return self->line[row + 1]; }
const char *cst_table_name(const cst_table *self) { return self->name; }

const char *cst_table_field(const cst_table *self, size_t row, int column)
{
  return self->text.data + self->field[(row + 1) * self->columns + (size_t)column];
}

size_t cst_table_columns(const cst_table *self) { return self->columns; }
size_t cst_table_header_line(const cst_table *self) { return self->line[0]; }

const char *cst_table_heading(const cst_table *self, size_t column)
{
  return self->text.data + self->field[column];
}

void cst_csv_add(cst_text *out, const char *field)
{
  const size_t n = strlen(field);
  const bool edged = n > 0 && (strchr(" \t", field[0]) || strchr(" \t", field[n - 1]));
  if (!edged && !strpbrk(field, ",\"\r\n\t")) {
    cst_text_add_bytes(out, field, n);
    return;
  }
  cst_text_add_bytes(out, "\"", 1);
  for (; *field; field++)
    cst_text_add_bytes(out, *field == '"' ? "\"\"" : field, *field == '"' ? 2 : 1);
  cst_text_add_bytes(out, "\"", 1);
}
