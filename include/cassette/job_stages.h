/**
 * @file job_stages.h
 * Which models a job has to train.
 */
#ifndef CST_JOB_STAGES_H
#define CST_JOB_STAGES_H

#include "cassette/job.h"

typedef struct {
  bool finetune, student;
} cst_fold_stages;
/** Of a fold: a student of a teacher needs clips for the teacher to label, others can do without. */
cst_fold_stages cst_job_stages(const cst_job *job, const cst_fold *fold);
/** Whether there are clips for a teacher to judge: unlabelled ones, or any where a table stands beside
 *  labels. */
bool cst_job_can_teach(const cst_job *job, const cst_fold *fold);
bool cst_job_has_unlabelled(const cst_job *job, const cst_fold *fold);
int64_t cst_job_rounds(const cst_job *job); /**< of teacher and student */
/** Whether stage 1 is trained here. */
bool cst_job_pretrains(const cst_config *config);

#endif
