/**
 * @file loss.h
 * Softmax cross-entropy of one clip, computed in double from float logits.
 */
#ifndef CST_LOSS_H
#define CST_LOSS_H

#include "cassette/slice.h"

#include <stddef.h>

/** Probabilities [K] from logits [K]. */
void cst_softmax(size_t K, const float *logits, double *p);
/** Loss = -sum_k target_k log softmax_k; dlogits = weight (softmax sum(target) - target).
 *  target [K] may be soft.  Returns the unweighted loss; dlogits may be NULL. */
double cst_cross_entropy(size_t K, const float *logits, const double *target, double weight,
                         float *dlogits);
/** The same with a class index as target. */
double cst_cross_entropy_hard(size_t K, const float *logits, size_t label, double weight,
                              float *dlogits);
/**
 * Groups of classes beside each other in one head, as if each group had a head of its own: a clip is
 * told apart within its own group, and classes of others take no part in its softmax.
 */
typedef struct {
  size_t n;           /**< 0: all classes are one group */
  const size_t *size; /**< [n] classes of each, one group's after another's, K in all */
} cst_class_groups;
/** The group that class @p k < @p K is in. */
cst_slice cst_class_group(const cst_class_groups *groups, size_t K, size_t k);
/** Minus infinity, which is a probability of 0, for the logits [K] of classes in groups that
 *  @p target [K] says nothing of; of a mixture of two groups both stay, as one. */
void cst_class_groups_keep(const cst_class_groups *groups, size_t K, const double *target,
                           float *logits);
/** target := (1 - eps) target + eps / n for the n classes of the group of its largest, in place
 *  (label smoothing: Szegedy et al., CVPR 2016). */
void cst_smooth_target(const cst_class_groups *groups, double eps, size_t K, double *target);
/** T^2 KL(target || softmax(logits / T)), [K]; where the target's sum is s and not 1, of target / s, times
 *  s.  *Adds* weight times its gradient, T (s softmax(logits / T) - target), to dlogits; returns the
 *  unweighted loss. */
double cst_distillation(size_t K, const float *logits, double T, const double *target,
                        double weight, float *dlogits);
/** Largest probability's index (lowest index on ties) and value. */
size_t cst_argmax(size_t K, const double *p);
size_t cst_argmax_f32(size_t K, const float *p); /**< the same */

#endif
