/**
 * @file table.h
 * A delimited text table with a header line (through libcsv).
 *
 * Handles: byte-order mark, CRLF, LF or CR (also mixed), comma or tab, quotes, blanks around
 * unquoted fields, blank lines, a missing final newline.  Errors are CST_ERR_DATA and name the
 * table, the line and the cure: a file that is empty, holds a header only, NUL bytes, UTF-16 or
 * invalid UTF-8, a repeated or missing column, a row with another number of fields, a quote in the
 * wrong place or never closed, a field of more than 64 KiB.
 */
#ifndef CST_TABLE_H
#define CST_TABLE_H

#include "cassette/file.h"
#include "cassette/status.h"

#include <stddef.h>

typedef struct cst_table cst_table;

/** @p delimiter: ',' or '\t'; 0: tab if the header line has one, else comma. */
cst_status cst_table_read(const char *path, char delimiter, cst_table **out);
/** The same from @p bytes of text (copies what it keeps); @p name stands in messages. */
cst_status cst_table_parse(const char *text, size_t bytes, const char *name, char delimiter,
                           cst_table **out);
void cst_table_destroy(cst_table **self);
/** Rows after the header, >= 1. */
size_t cst_table_rows(const cst_table *self);
/** Index of a column, or -1. */
int cst_table_column(const cst_table *self, const char *name);
/** Like cst_table_column(), but fails naming the table, the missing column and those present. */
cst_status cst_table_need(const cst_table *self, const char *name, int *column);
/** Field, "" if empty; borrowed. */
const char *cst_table_field(const cst_table *self, size_t row, int column);
/** Line on which a row starts in the file, counted from 1. */
size_t cst_table_line(const cst_table *self, size_t row);
const char *cst_table_name(const cst_table *self);

/** Append one field to CSV text, quoted where it must be to be read back unchanged. */
void cst_csv_add(cst_text *out, const char *field);

#endif
