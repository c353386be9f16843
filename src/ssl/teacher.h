/* Targets made of a teacher's probabilities.  Private to ssl. */
#ifndef CST_SSL_TEACHER_H
#define CST_SSL_TEACHER_H

#include "cassette/strategy.h"

/* Most likely class of clip @p i; the lowest of equals. */
size_t cst_teacher_class(const cst_teacher_view *view, size_t i);
/* target [K] = 1 at @p class, else 0. */
void cst_teacher_one_hot(size_t K, size_t class, float *target);

#endif
