/* Small tables for people: aligned on a terminal, and a table in Markdown. */
#ifndef CST_DATA_GRID_H
#define CST_DATA_GRID_H

#include "cassette/file.h"

#include <stddef.h>

/* Cells row by row; the first row is the header.  Columns of numbers are aligned to the right. */
typedef struct {
  size_t columns;
  char **cell;
  size_t n, capacity;
  int failed; /* no memory; cst_grid_print() reports it */
} cst_grid;

void cst_grid_add(cst_grid *self, const char *text);
/* Digits in groups of three: 8,700. */
void cst_grid_add_count(cst_grid *self, size_t count);
/* Append the table to `out` and release the cells. */
cst_status cst_grid_print(cst_grid *self, cst_text *out);

/* A line "- OF: HEAD: a, b (c) and 7 more." (of NULL: "- HEAD: ...") item by item; no line lists
 * thousands. */
typedef struct {
  const char *of, *head;
  size_t n; /* items so far */
} cst_list;
/* `with`: what stands in parentheses behind the name, or NULL. */
void cst_list_add(cst_list *self, const char *name, const char *with, cst_text *out);
/* Ends the line; writes nothing where nothing was added. */
void cst_list_end(const cst_list *self, cst_text *out);

/* "8,700" */
const char *cst_count_text(size_t count, char text[32]);

#endif
