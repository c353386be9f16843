/* gnuplot's SVG made fit for a page. */
#ifndef SVG_H
#define SVG_H

#include "cassette/file.h"

#include <stdbool.h>

/*
 * The colours of figures.  gnuplot draws with stand-ins (svg_colour()), the page's style sheet says
 * what they look like in light, in dark and on paper.
 */
typedef enum { INK, FAINT, FIRST, SECOND, THIRD, PAPER, COLOURS } colour;

/* Commands that define the colours by name for a gnuplot script: ink, faint, first, ..., and each
 * with more paper than colour: soft_ink, ... */
void svg_add_colours(cst_text *script);
/* The same names as the colours of a light page, for what has no style sheet. */
void svg_add_paper_colours(cst_text *script);
/* @p svg as gnuplot wrote it, as an inline element: no XML head, titles, unused symbols or empty
 * groups; identifiers begin with @p id; stand-ins become var(--NAME).  @p title and @p description
 * are its text alternative.  false if it is not gnuplot's SVG. */
bool svg_inline(const char *svg, const char *id, const char *title, const char *description,
                cst_text *out);

#endif
