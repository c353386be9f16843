/**
 * @file opinions.h
 * One opinion of several: the logarithmic pool, by which ensembles and sessions answer.
 *
 *   p = softmax(mean over opinions of log max(p_j, 1e-12))
 *
 * the normalised geometric mean: a class that one of them rules out is out (Genest and Zidek,
 * Combining probability distributions, Statistical Science 1(1), 1986).
 */
#ifndef CST_OPINIONS_H
#define CST_OPINIONS_H

#include "cassette/status.h"

#include <stddef.h>

/** What a probability gives to the mean: log max(p, 1e-12). */
double cst_opinion_log(double p);
/** z := softmax(z), [K]. */
void cst_opinion_normalise(size_t K, double *z);
/** q := softmax(log max(p, 1e-12) / T), [K]: the opinion @p p at @p temperature T (temperature.h). */
void cst_opinion_temper(size_t K, double temperature, const double *p, double *q);

/** The clips of a session, recorded together, answer with one voice: their pool, in the order of the
 *  clips, for each of them.  @p session [n]: of a clip, from 0; below 0: it stands alone and keeps
 *  its row.  @p p and @p out [n][K], not the same. */
cst_status cst_opinions_of_sessions(size_t n, size_t K, const int *session, const double *p,
                                    double *out);

#endif
