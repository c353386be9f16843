/*
 * What tables say of clips, joined by file name, before any of it is interpreted.
 *
 * Facts are in the form of names (utf8.h), so that what looks the same is the same; file names are
 * as the table has them.  All texts belong to the records.
 */
#ifndef CST_DATA_RECORD_H
#define CST_DATA_RECORD_H

#include "cassette/dataset.h"
#include "cassette/table.h"

#include <stddef.h>

typedef enum { FACT_SCENE, FACT_PLACE, FACT_SESSION, FACT_DEVICE, FACTS } fact;

/* A fact as one row states it; text = NULL: no table has such a column. */
typedef struct {
  const char *text;
  const char *column; /* its name, as the layout has it */
  const cst_table *table;
  size_t row;
} statement;

typedef struct {
  const char *id;
  const cst_table *table; /* which named the clip last, and where */
  size_t row;
  cst_part part;
  statement said[FACTS];
} record;

typedef struct {
  record *item;
  size_t n, capacity;
  cst_names ids, texts; /* file names; facts */
  cst_table **table;
  size_t tables, tables_capacity;
} records;

/* Names of the columns that hold the facts, NULL where the layout has none. */
typedef struct {
  const char *file; /* NULL: "filename" */
  const char *fact[FACTS];
  char delimiter;     /* 0: found out */
  bool relative_path; /* file names may hold directories */
} record_columns;

/* What a record says of `f`, "" if nothing. */
const char *cst_record_says(const record *r, fact f);
/* CST_ERR_DATA by the table and line that name the clip's scene: "COLUMN ... WHAT CURE". */
cst_status cst_record_refuse_scene(const record *r, const char *what, const char *cure);

/* Read the table `root`/`name` and join it.  All its clips belong to `part`.  CST_ERR_DATA: a name
 * twice in the table, in two parts, or not fit to be one; a fact that another table states
 * otherwise. */
cst_status cst_records_add(records *self, const char *root, const char *name,
                           const record_columns *columns, cst_part part);
/* Fails unless some table has the column of `f`. */
cst_status cst_records_need(const records *self, const record_columns *columns, fact f);
/* Warns of clips that one table names and another does not: they lack what that one says. */
void cst_records_warn_partial(const records *self);
void cst_records_reset(records *self);

#endif
