/*
 * The tables of a report for LaTeX: one file each, a tabular by the rules of booktabs, and a document that
 * holds them all.  They come from the same calls as Markdown and HTML (pen.h).
 */
#ifndef LATEX_H
#define LATEX_H

#include "cassette/file.h"

#include <stdbool.h>

/* A file to be. */
typedef struct {
  char *name; /* "accuracy-of-each-class", without ".tex" */
  cst_text text;
} latex_table;

/* Zeroed, but for dir, is empty. */
typedef struct {
  char *dir;      /* where files go, owned; NULL: none are wanted, and nothing is done */
  const char *of; /* the name of the run, or what is compared; borrowed */
  latex_table *table;
  size_t tables;
  bool open;         /* a table is */
  cst_text row;      /* the open one, or the head */
  cst_text document; /* report.tex, its body */
  bool failed;       /* memory did not suffice */
} latex_doc;

void latex_reset(latex_doc *self);

void latex_begin(latex_doc *self, const char *what);
/* Between cells of a row. */
void latex_next(latex_doc *self);
/* The row is over.  @p align: letters of all columns where it was the head, else NULL. */
void latex_row(latex_doc *self, const char *align, size_t columns);
void latex_end(latex_doc *self);

/* In a cell; nothing outside of a table.  Text: what it says, in any characters. */
void latex_say(latex_doc *self, const char *text);
void latex_code(latex_doc *self, const char *text);
void latex_strong(latex_doc *self, bool begin);

/* A figure for the document: ID.pdf. */
void latex_figure(latex_doc *self, const char *id, const char *caption);
/* Write dir/NAME.tex and dir/report.tex. */
cst_status latex_write(const latex_doc *self);

#endif
