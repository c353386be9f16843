/* Scores as a bootstrap over sessions needs them.  Private to eval.
 *
 * A resample asks only how many clips of each class a session holds and how many of them are right,
 * so sessions are reduced to such cells once.  The order of the scores does not matter: cells are
 * sorted, and the integer sums over them are exact. */
#ifndef CST_EVAL_SESSIONS_H
#define CST_EVAL_SESSIONS_H

#include "cassette/metrics.h"

/* Clips of one class in one session, and right answers. */
typedef struct {
  int session; /* -1: a session of its own */
  size_t truth;
  int64_t clips, right;
} session_cell;

typedef struct {
  size_t n; /* sessions */
  session_cell *cells;
  size_t *first; /* cells of session s: first[s] .. first[s + 1] - 1 */
} session_table;

/* Sums over sessions, by class. */
typedef struct {
  size_t classes;
  int64_t *clips, *right; /* [classes] each */
} session_sums;

/* From @p cells of one clip each, [n], which the table then owns, also on failure. */
cst_status session_table_make(size_t n, session_cell *cells, session_table *out);
void session_table_reset(session_table *self);

cst_status session_sums_make(size_t classes, session_sums *out);
void session_sums_reset(session_sums *self);
/* Resample @p r: as many sessions as there are, drawn with replacement. */
void session_sums_draw(const session_table *table, uint64_t seed, uint64_t r, session_sums *out);
/* 95 % percentile interval of @p values, which it sorts; NaN bounds without any. */
cst_interval percentile_interval(size_t n, double *values);

#endif
