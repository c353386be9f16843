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

/* Labelled development clips of a class in a city (CST_NONE: of no known one). */
typedef struct {
  int scene, city;
  size_t clips;
} cell_survey;

enum { SEVERAL = -2 }; /* besides CST_NONE and an index: more than one */

typedef struct {
  set_survey set[SETS];
  bool *present;     /* has clips of the set: [SETS][cities] */
  cell_survey *cell; /* those that are not empty, by class, then city: data sets are sparse */
  size_t cells;
  size_t *first_cell;  /* of a class, [scenes + 1] */
  int *only_city;      /* where a class has all its labels, or CST_NONE, SEVERAL: [scenes] */
  int *only_class;     /* which a city has labels of, likewise: [cities] */
  size_t *class_clips; /* labelled development clips: [scenes] */
  size_t *class_sessions;
  size_t shared_clips;    /* of evaluation, in sessions that development has too */
  size_t shared_labelled; /* of those, in sessions with a development label */
  size_t shared_sessions;
  size_t unseen_clips; /* of evaluation, in cities that development lacks */
} survey;

cst_status cst_survey_make(const cst_dataset *data, survey *out);
void cst_survey_reset(survey *self);
/* Labelled development clips of a class in a city. */
size_t cst_survey_cell(const survey *self, size_t scene, size_t city);

#endif
