/*
 * Squeeze-and-excitation: a gate in (0, 1) for each channel, from the channel means of a clip.
 *
 *   hidden [R] = relu(down s)    gate [C] = sigmoid(up hidden)    down [R][C]   up [C][R]
 *
 * s [C]: mean of each channel over the clip's pixels; no biases.
 * Source: Hu, Shen and Sun, CVPR 2018, section 3.
 */
#ifndef CST_SQUEEZE_EXCITE_H
#define CST_SQUEEZE_EXCITE_H

#include <stddef.h>

void cst_squeeze_excite_forward(size_t C, size_t R, const float *down, const float *up,
                                const double *s, double *hidden, double *gate);
/** From dgate [C]: ds [C], and the gradients of the weights (overwritten).  work [C + R]. */
void cst_squeeze_excite_backward(size_t C, size_t R, const float *down, const float *up,
                                 const double *s, const double *hidden, const double *gate,
                                 const double *dgate, float *ddown, float *dup, double *ds,
                                 double *work);

#endif
