/**
 * @file network.h
 * A model and its weights, and the one way to those of a finished stage.
 */
#ifndef CST_NETWORK_H
#define CST_NETWORK_H

#include "cassette/checkpoint.h"
#include "cassette/job.h"
#include "cassette/model.h"
#include "cassette/trained.h"

typedef struct {
  cst_model *model;
  cst_weights weights;
} cst_network;

/** What a network is for. */
typedef struct {
  size_t classes;
  size_t aux_classes; /**< of a second head, which training alone has */
  bool told;          /**< it is told what model.metadata says, of job->data; else nothing */
  size_t max_clips;   /**< of training passes on this rank; 0: for inference alone */
} cst_network_use;

/** The configured model, its weights zero.  Local. */
cst_status cst_network_create(const cst_job *job, const cst_network_use *use, cst_network *out);
void cst_network_reset(cst_network *self);

/** Whose weights two arrays of a checkpoint are. */
typedef enum {
  CST_NETWORK_CURRENT, /**< those in training; in a finished model's file the best */
  CST_NETWORK_BEST,
  CST_NETWORK_AVERAGE,
  CST_NETWORK_BEST_RAW, /**< behind the best, where that is an average */
  CST_NETWORK_RAW       /**< the same in a finished model's file */
} cst_network_weights;
enum { CST_NETWORK_FIELDS = 2 };
/** The fields [CST_NETWORK_FIELDS] of @p w, which they borrow; returns their number. */
size_t cst_network_fields(const cst_model *model, cst_network_weights which, const cst_weights *w,
                          cst_field *fields);

/** Whether a finished model's file has the weights behind its average, too: where one was kept, and
 * the model was not brought from elsewhere.  Collective. */
cst_status cst_network_has_raw(const cst_job *job, const cst_trained *name, bool *has);
/** A finished model of so many @p classes, for inference: its best weights, on all ranks; @p raw: those
 * behind the average.  Collective. */
cst_status cst_network_load(const cst_job *job, const cst_trained *name, bool raw, size_t classes,
                            cst_network *out);
/** What a network that is told anything is told of clip @p i of the data set. */
cst_told cst_network_told(const cst_job *job, size_t i);
/** The network becomes one that is told nothing, and answers with the bits that it gave so. */
cst_status cst_network_forget(const cst_job *job, size_t classes, cst_network *self);
/** Tensors of the same name and shape; the final layer only @p with_head. */
void cst_network_take_over(const cst_network *from, bool with_head, cst_network *to);

#endif
