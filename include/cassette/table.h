/**
 * @file table.h
 * A delimited text table with a header line (through libcsv).
 *
 * Handles: byte-order mark, CRLF or LF, comma or tab, quotes, a missing final newline.  Errors name
 * the table, the line and the cure: empty file, missing or repeated column, a row with another
 * number of fields, NUL bytes, invalid UTF-8.
 */
#ifndef CST_TABLE_H
#define CST_TABLE_H

#include "cassette/status.h"

#include <stddef.h>

typedef struct cst_table cst_table;

/** @p delimiter: ',' or '\t'; 0: tab if the header line has one, else comma. */
cst_status cst_table_read(const char *path, char delimiter, cst_table **out);
cst_status cst_table_parse(const char *text, size_t bytes, const char *name, char delimiter,
                           cst_table **out);
void cst_table_destroy(cst_table **self);
size_t cst_table_rows(const cst_table *self);
/** Index of a column, or -1. */
int cst_table_column(const cst_table *self, const char *name);
/** Like cst_table_column(), but fails naming the table, the missing column and those present. */
cst_status cst_table_need(const cst_table *self, const char *name, int *column);
/** Field, "" if empty; borrowed. */
const char *cst_table_field(const cst_table *self, size_t row, int column);
/** Line of a row in the file, counted from 1. */
size_t cst_table_line(const cst_table *self, size_t row);
const char *cst_table_name(const cst_table *self);

/** Append one field to CSV text, quoted where it must be. */
struct cst_text_tag;
#include "cassette/file.h"
void cst_csv_add(cst_text *out, const char *field);

#endif
