/* A figure: gnuplot commands, drawn into a pen's HTML with caption and text alternative. */
#ifndef FIGURE_H
#define FIGURE_H

#include "pen.h"

/*
 * Figures are drawn as wide as a phone (FIGURE_WIDTH) and grow with the page, so that their text is
 * never too small.  Positions in scripts are in pixels of that drawing where they are not in data.
 */
enum { FIGURE_WIDTH = 360, FIGURE_FONT = 11, FIGURE_TIC = 24 };

typedef struct {
  const char *id;    /* of the element, without spaces */
  const char *title; /* what it is, in a few words */
  int width, height; /* pixels */
  cst_text script;   /* gnuplot commands, after those that choose terminal and colours */
  cst_text alt;      /* what it shows, for those who cannot see it */
  cst_text caption;  /* what it shows and how to read it, plain text */
} figure;

/* Whether gnuplot can be run. */
bool figure_possible(void);
/* Begin with a blank canvas of @p width x @p height. */
void figure_begin(figure *self, const char *id, const char *title, int width, int height);
/* Draw it and add it to the page, and as PDF beside the tables for LaTeX; nothing when the pen does not draw.  A figure that cannot be
 * drawn leaves a note in its place and a warning: a report does not fail for a picture.  Resets it.
 */
void figure_end(figure *self, pen *page);

/* The plot occupies all but these margins, in pixels. */
void figure_margins(figure *self, int left, int right, int top, int bottom);
/* @p text as a gnuplot string, in single quotes, which gnuplot takes literally. */
void figure_string(figure *self, const char *text);
/* The same as the name of a tic, cut to FIGURE_TIC characters; and the pixels of the longest. */
void figure_tic(figure *self, const char *text);
int figure_tic_width(size_t n, const char *const *text);
/* A number, or "NaN". */
void figure_number(figure *self, double value);
/* Horizontal axis from 0 to 100 % with a grid. */
void figure_percent_axis(figure *self, const char *axis);

#endif
