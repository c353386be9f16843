/**
 * @file record_file.h
 * record.json: a start of the program for each time that it worked in a run directory.
 */
#ifndef CST_RECORD_FILE_H
#define CST_RECORD_FILE_H

#include "cassette/json_rows.h"

/** How long a phase took, s, over ranks. */
typedef struct {
  bool there;
  double min, mean, max;
} cst_phase_time;
extern const cst_json_shape cst_phase_time_shape;

/** Teachers from outside (job_teachers.h). */
typedef struct {
  bool there;
  const cst_json *files, *runs; /**< names */
  bool by_fold;                 /**< each fold has tables of its own */
  const cst_json *digests;      /**< of the tables, by fold */
} cst_teachers_note;
extern const cst_json_shape cst_teachers_note_shape;

/** What a start says; texts and trees are borrowed. */
typedef struct {
  /* Of build and machine (environment.h). */
  const char *version, *commit, *compiler, *flags;
  const char *host, *system, *cpu, *processor, *caches;
  int64_t cores_online, cores_allowed;
  const char *binding;
  const char *kernels, *numerics, *same_bits_on;
  const cst_json *libraries; /**< versions, by name */
  int64_t ranks, ranks_per_node, threads;
  /* Of the job. */
  const char *command, *directory, *started, *slurm_job, *strategy;
  bool transductive;
  const cst_json *parameters;   /**< of the strategy */
  const cst_json *timings;      /**< cst_phase_time, by phase */
  int64_t network_parameters;   /**< once the classes are known ... */
  double network_multiply_adds; /**< ... of a clip */
  cst_teachers_note teachers;
  double energy_j;             /**< of all nodes */
  int64_t peak_bytes_per_rank; /**< of memory */
} cst_record_segment;
extern const cst_json_shape cst_record_segment_shape;

typedef struct {
  CST_LIST_OF(cst_record_segment) segments; /**< in order of time */
} cst_record_file;
extern const cst_json_shape cst_record_file_shape;

/** The last start; NULL: there is none. */
const cst_record_segment *cst_record_last(const cst_record_file *self);
/** Phase @p i of a start: its name, its time in @p out; NULL past the end. */
const char *cst_record_phase_at(const cst_record_segment *self, size_t i, cst_phase_time *out);

#endif
