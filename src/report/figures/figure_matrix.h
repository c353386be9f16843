/* A grid of tinted cells: confusions, cities by class. */
#ifndef FIGURE_MATRIX_H
#define FIGURE_MATRIX_H

#include "figure.h"

typedef struct {
  double share;  /* how strong the tint is, in [0, 1]; NaN: none */
  bool second;   /* in the second colour */
  char text[16]; /* in the cell, where there is room */
} figure_cell;

typedef struct {
  size_t rows, columns;
  const char *const *row, *const *column; /* names */
  const figure_cell *cell;                /* [rows][columns] */
} figure_matrix;

/* Begin a figure of it; the caller adds caption and alternative and ends it. */
void figure_matrix_begin(figure *self, const char *id, const char *title,
                         const figure_matrix *matrix);

#endif
