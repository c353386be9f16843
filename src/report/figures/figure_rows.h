/* A row of a figure for each name: a point with its interval, and what it is compared with. */
#ifndef FIGURE_ROWS_H
#define FIGURE_ROWS_H

#include "figure.h"

typedef struct {
  const char *name;
  double value;     /* share, drawn as a point; NaN: none */
  double low, high; /* interval, drawn as a line; NaN: none */
  double other;     /* drawn as a tick; NaN: none */
  bool apart;       /* from the row above, by a line */
} figure_row;

typedef enum {
  ROWS_WHOLE,     /* shares from 0 to 100 %, with a bar to each point */
  ROWS_ZOOMED,    /* shares, as wide as the rows need */
  ROWS_DIFFERENCE /* differences of shares in points, as wide as the rows need */
} figure_axis;

typedef struct {
  const figure_row *row;
  size_t n;
  double reference; /* drawn as a dashed line through all rows; NaN: none */
  figure_axis axis;
} figure_rows;

/* Begin a figure of them; the caller adds caption and alternative and ends it. */
void figure_rows_begin(figure *self, const char *id, const char *title, const figure_rows *rows);
/* Whether there is anything to draw. */
bool figure_rows_any(const figure_rows *rows);

#endif
