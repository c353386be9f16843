/* Answers, and the lines that tell them.  Private to classify. */
#ifndef CST_ANSWER_H
#define CST_ANSWER_H

#include "cassette/classify.h"

/* What the windows of a recording said. */
typedef struct {
  uint64_t first, n; /* samples at the rate of the features */
} heard_window;
typedef struct {
  heard_window *window; /* [windows] */
  double *p;            /* [windows][classes] */
  size_t windows, capacity;
} answer;

/* Room for one more window: its index. */
cst_status answer_add(answer *self, size_t classes, uint64_t first, uint64_t n, size_t *at);
void answer_reset(answer *self);
/* pool [classes] := the recording's. */
void answer_pool(const answer *self, size_t classes, double *pool);

/* The first line of a table; nothing for JSON. */
void answer_add_header(const cst_classifier *by, const cst_classify_options *options,
                       cst_text *out);
/* The lines of a recording. */
cst_status answer_add_lines(const answer *self, const cst_classifier *by,
                            const cst_classify_options *options, const char *path, cst_text *out);

#endif
