/*
 * y [n][to] = x [n][from] w' + b,  w [to][from] as torch.nn.Linear stores it.
 */
#ifndef CST_LINEAR_H
#define CST_LINEAR_H

#include <stdbool.h>
#include <stddef.h>

void cst_linear_forward(size_t n, size_t from, size_t to, const float *w, const float *b,
                        const float *x, float *y);
/** dw, db are overwritten; dx = dy w, or dx + dy w if @p add. */
void cst_linear_backward(size_t n, size_t from, size_t to, const float *w, const float *x,
                         const float *dy, float *dw, float *db, bool add, float *dx);

#endif
