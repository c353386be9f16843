/* Counts behind the audit. */
#ifndef CST_DATA_SURVEY_H
#define CST_DATA_SURVEY_H

#include "cassette/dataset.h"

#include <stdbool.h>

enum { SETS = 3 }; /* values of cst_set */

typedef struct {
  size_t clips, labelled, usable, cities, sessions;
  size_t labelled_sessions; /* with at least one label */
  size_t mixed_sessions;    /* with labels of several classes */
  size_t covered;           /* unlabelled clips of labelled sessions */
  int first_mixed;          /* session, or CST_NONE */
} set_survey;

typedef struct {
  set_survey set[SETS];
  bool *heard;         /* has clips of the set: [SETS][cities] */
  size_t *cell;        /* labelled development clips: [scenes][cities + 1], last: no city */
  size_t *class_clips; /* labelled development clips: [scenes] */
  size_t *class_sessions;
  size_t shared_clips;    /* of evaluation, in sessions that development has too */
  size_t shared_labelled; /* of those, in sessions with a development label */
  size_t shared_sessions;
  size_t unseen_clips; /* of evaluation, in cities that development lacks */
} survey;

cst_status cst_survey_make(const cst_dataset *data, survey *out);
void cst_survey_reset(survey *self);

#endif
