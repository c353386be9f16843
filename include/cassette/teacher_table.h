/**
 * @file teacher_table.h
 * What models from elsewhere think of the clips: tables of probabilities or logits, one row a clip,
 * found by file name and never by position.
 *
 *   CSV, TSV   filename,<class>...   in any order of rows and columns; a column scene_label is not
 *              looked at.  `cassette predict` writes such a table.
 *   HDF5       /filename [n], /classes [K], and /logits or /probabilities [n][K]
 *
 * Several tables are averaged as ensembles of published systems are:
 *
 *   p = softmax(mean over tables of z),   z: logits, or log max(p, 1e-12)
 *
 * for each clip over the tables that have it, in the order of the files' digests, so that the order
 * of the arguments cannot show.  Probabilities of one table are taken as they are.
 */
#ifndef CST_TEACHER_TABLE_H
#define CST_TEACHER_TABLE_H

#include "cassette/dataset.h"
#include "cassette/digest.h"

/** What the numbers are.  AUTO: logits where some are negative, else probabilities. */
typedef enum { CST_SCORES_AUTO, CST_SCORES_PROBABILITIES, CST_SCORES_LOGITS } cst_scores;
extern const char *const cst_scores_names[]; /**< auto, probabilities, logits, NULL */

typedef struct {
  size_t n, K;                 /**< clips of the data set; its classes */
  double *p;                   /**< [n][K] sums to 1; zeros where no table has the clip */
  uint32_t *tables;            /**< [n] that have the clip; 0: the teacher says nothing of it */
  size_t foreign;              /**< rows of clips that the data set does not have */
  char digest[CST_DIGEST_HEX]; /**< of all tables' bytes, whatever their order */
} cst_teacher;

/** Read @p n_paths >= 1 tables for the development and evaluation clips of @p data.  CST_ERR_DATA
 *  with file and line: a clip twice, an unknown, missing or repeated class, a number that is none
 *  or not finite, probabilities that do not sum to 1 within 1e-3, a table twice, one without any
 *  clip of the data set.  Local. */
cst_status cst_teacher_read(size_t n_paths, const char *const *paths, cst_scores kind,
                            const cst_dataset *data, cst_teacher *out);
void cst_teacher_reset(cst_teacher *self);

/** The first line of such a table as CSV, and one of a clip's probabilities [K]; read again, they are the
 *  same floats. */
void cst_teacher_header(const cst_names *classes, cst_text *out);
void cst_teacher_row(const char *clip, size_t K, const float *p, cst_text *out);

#endif
