/* Curves over the epochs of all stages, one line per fold. */
#ifndef CURVES_H
#define CURVES_H

#include "figure.h"
#include "run_files.h"

/* A value of epoch events. */
typedef struct {
  size_t value;      /* place of the number in cst_journal_event */
  const char *label; /* as the legend calls it */
} curve;
#define CURVE(member, label)                                                                       \
  {                                                                                                \
    offsetof(cst_journal_event, member), label                                                     \
  }

enum { CURVES_MOST = 3 };

/* A panel: curves on one vertical axis. */
typedef struct {
  const char *title;
  curve curve[CURVES_MOST]; /* label NULL: none */
  bool percent;             /* axis from 0 to 100 %; else from 0 to what is needed */
} curve_panel;

/* Whether an epoch has one of the panel's values. */
bool curves_any(const run_files *run, const curve_panel *panel);
/* Begin a figure of @p n panels above each other, with a line where a stage or round begins; the
 * caller adds caption and alternative and ends it. */
cst_status curves_begin(figure *self, const char *id, const char *title, const run_files *run,
                        size_t n, const curve_panel *panel);

#endif
