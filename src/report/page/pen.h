/*
 * One text in several forms: what is written goes to Markdown and to HTML alike, and in tables to LaTeX,
 * so that they cannot disagree.  What folds away exists in HTML only.
 *
 * Blocks (paragraph, list, table) do not nest; what is inside them is written with the inline
 * calls.  Our own words go through pen_say(), names from data through pen_name() or pen_code().
 */
#ifndef PEN_H
#define PEN_H

#include "latex.h"

#include "cassette/file.h"
#include "cassette/json.h"

typedef struct {
  cst_text md, html;
  cst_text contents; /* links to the sections, HTML */
  size_t lead;       /* bytes of html before the first section */
  cst_text rule;     /* Markdown: the line below the head of the open table */
  cst_text align;    /* a letter per column of the open table */
  size_t column;     /* of the open cell, from 1; 0: no row is open */
  bool in_section;   /* a section is open */
  bool draws;        /* figures can be drawn */
  bool failed;       /* one could not be, nevertheless */
  int figures;       /* so far */
  latex_doc latex;   /* tables, and figures beside them, for a paper */
} pen;

void pen_reset(pen *self);
/* Whether memory sufficed so far. */
cst_status pen_status(const pen *self);

/* A heading; the section ends where the next begins, or at pen_end_section(). */
void pen_section(pen *self, const char *id, const char *title);
void pen_end_section(pen *self);
void pen_subsection(pen *self, const char *title);
/* Until pen_unfold() HTML shows only @p summary, until a reader opens it; where figures cannot be
 * drawn, or for @p open, all of it. */
void pen_fold(pen *self, const char *summary, bool open);
void pen_unfold(pen *self);
/* HTML: what follows stands side by side where there is room. */
void pen_beside(pen *self);
void pen_end_beside(pen *self);

void pen_paragraph(pen *self);
void pen_end_paragraph(pen *self);
/* The one paragraph that matters, in bold: begins with @p what and a share. */
void pen_large(pen *self, const char *what, double share);
void pen_end_large(pen *self);
void pen_list(pen *self);
void pen_item(pen *self);
void pen_end_list(pen *self);
/* @p text as it is, in a fence of @p language. */
void pen_listing(pen *self, const char *language, const char *text);

/* A table: its columns (align: 'l' text, 'r' number), then rows of cells. */
void pen_table(pen *self, const char *what);
void pen_column(pen *self, char align, const char *name);
void pen_row(pen *self);
void pen_cell(pen *self);
void pen_end_table(pen *self);

/* Inline. */
void pen_say(pen *self, const char *format, ...) __attribute__((format(printf, 2, 3)));
void pen_name(pen *self, const char *text);
void pen_code(pen *self, const char *text);
/* A name that leads somewhere; @p address as html_url() writes it. */
void pen_link(pen *self, const char *address, const char *name);
void pen_strong(pen *self, bool begin);
/* A number with so many decimals, a dash for NaN. */
void pen_real(pen *self, int decimals, double value);
void pen_percent(pen *self, double share);
void pen_interval(pen *self, const double interval[2]);
void pen_count(pen *self, int64_t n);
void pen_duration(pen *self, double seconds);

#endif
