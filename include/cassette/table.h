/**
 * @file table.h
 * A delimited text table with a header line (through libcsv).
 *
 * Handles: byte-order mark, CRLF, LF or CR (also mixed), comma, semicolon or tab, Excel's line
 * "sep=;", quotes, blanks around unquoted fields, empty fields beyond the header's, empty rows, a
 * missing final newline.  Errors are CST_ERR_DATA and name the
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

/** @p delimiter: ',' or '\t'; 0: what a line "sep=;" says, else tab if the header has one, else
 *  comma or semicolon, whichever it has more of. */
cst_status cst_table_read(const char *path, char delimiter, cst_table **out);
/** The same from @p bytes of text (copies what it keeps); @p name stands in messages. */
cst_status cst_table_parse(const char *text, size_t bytes, const char *name, char delimiter,
                           cst_table **out);
void cst_table_destroy(cst_table **self);
/** Rows after the header, >= 1. */
size_t cst_table_rows(const cst_table *self);
size_t cst_table_columns(const cst_table *self);
/** Name of a column as the header has it; borrowed. */
const char *cst_table_heading(const cst_table *self, size_t column);
size_t cst_table_header_line(const cst_table *self);
/** Index of the column @p name, or -1.  Letter case, blanks, '_' and '-' do not count: 'Scene
 * label' is scene_label.  CST_ERR_DATA where two columns are that name. */
cst_status cst_table_find(const cst_table *self, const char *name, int *column);
/** Like cst_table_find(), but fails naming the table, the missing column and those present. */
cst_status cst_table_need(const cst_table *self, const char *name, int *column);
/** Log which columns are used and which are ignored, when @p n names (NULL: none) are looked for
 * and found in @p column, -1: not.  Warns of ignored ones that are close to a name not found. */
cst_status cst_table_tell(const cst_table *self, const char *const *name, const int *column,
                          size_t n);
/** Field, "" if empty; borrowed. */
const char *cst_table_field(const cst_table *self, size_t row, int column);
/** Line on which a row starts in the file, counted from 1. */
size_t cst_table_line(const cst_table *self, size_t row);
const char *cst_table_name(const cst_table *self);

/** Append one field to CSV text, quoted where it must be to be read back unchanged. */
void cst_csv_add(cst_text *out, const char *field);

#endif
