/* What a run directory says about its run. */
#ifndef RUN_FILES_H
#define RUN_FILES_H

#include "cassette/dataset.h"
#include "cassette/journal_event.h"
#include "cassette/metrics_file.h"
#include "cassette/record_file.h"

#include "config_lines.h"

/* Events of metrics.jsonl, in their order. */
typedef struct {
  cst_json **document; /* [n] what the events borrow from */
  cst_journal_event *event;
  size_t n;
} event_list;

/* Progress of one training stage of one fold (and round), from metrics.jsonl. */
typedef struct {
  char *fold, *stage;           /* "" where the event names none */
  int64_t round;                /* -1: none */
  int64_t epochs, best_epoch;   /* the best of them, counted from 1; 0: none */
  double first_loss, last_loss; /* mean training loss of the first and last epoch; NaN: none */
  double best;                  /* best validation macro accuracy; NaN: none */
  double last_rate;             /* learning rate of the last epoch */
  double speed;                 /* clips/s, mean over epochs; NaN: none */
  int64_t speeds;               /* epochs that gave a speed */
  double pseudo_accuracy;       /* of pseudo-labels of the last epoch that could check any ... */
  int64_t pseudo_checked;       /* ... and how many; 0: none */
  bool checked_by_session;      /* against the class of their session, not hidden labels */
  event_list epochs_of;         /* its epoch events */
} stage_summary;

typedef struct {
  char *dir;
  const char *name;                             /* last component of dir (borrowed from it) */
  cst_metrics metrics;                          /* metrics.json */
  cst_record_file record;                       /* record.json; no segments: none */
  cst_json *metrics_document, *record_document; /* what they borrow from; no record: NULL */
  char *audit;                                  /* split.txt; NULL: none */
  cst_dataset *data;   /* manifest.csv by run_files_read_data(); NULL: none */
  config_lines config; /* config.yaml; none: no lines */
  stage_summary *stages;
  size_t n_stages;
  event_list pseudo_labels; /* events "pseudo-labels" */
} run_files;

/* Read them.  metrics.json is required, the rest may be absent; what is there must be whole.
 * CST_ERR_DATA names the file and the command that makes it. */
cst_status run_files_read(const char *run_dir, run_files *out);
/* The manifest too, which is large: a comparison of many runs does without. */
cst_status run_files_read_data(run_files *self);
void run_files_reset(run_files *self);

void event_list_reset(event_list *self);
/* Add what the events in @p text (named @p name in errors) say. */
cst_status training_log_parse(const char *text, const char *name, run_files *out);

/* Of a stage; NULL: none. */
const cst_journal_event *stage_last_epoch(const stage_summary *self);
/* Its last start; where there is none, one that says nothing. */
const cst_record_segment *run_last_start(const run_files *self);
/* Whether the run has a macro accuracy, that is, labels to score with. */
bool run_is_scored(const run_files *self);

#endif
