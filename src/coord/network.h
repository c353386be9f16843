/* A model and its weights, and the one way to those of a finished stage.  Private to coord. */
#ifndef CST_COORD_NETWORK_H
#define CST_COORD_NETWORK_H

#include "job.h"
#include "models.h"

#include "cassette/checkpoint.h"
#include "cassette/model.h"

typedef struct {
  cst_model *model;
  cst_weights weights;
} network;

/* The configured model, its weights zero, for training passes of at most @p max_clips clips on this
 * rank (0: for inference alone); @p aux_classes of a second head, which training alone has.  Local. */
cst_status network_create(const cst_job *job, size_t classes, size_t aux_classes, size_t max_clips,
                          network *out);
void network_reset(network *self);

/* Whose weights two arrays of a checkpoint are. */
typedef enum {
  NETWORK_CURRENT, /* those in training; in a finished model's file the best */
  NETWORK_BEST,
  NETWORK_AVERAGE,
  NETWORK_BEST_RAW, /* behind the best, where that is an average */
  NETWORK_RAW       /* the same in a finished model's file */
} network_weights;
enum { NETWORK_FIELDS = 2 };
/* The fields [NETWORK_FIELDS] of @p w, which they borrow; returns their number. */
size_t network_fields(const cst_model *model, network_weights which, const cst_weights *w,
                      cst_field *fields);

/* Whether a finished model's file has the weights behind its average, too: where one was kept, and
 * the model was not brought from elsewhere.  Collective. */
cst_status network_has_raw(const cst_job *job, const model_name *name, bool *has);
/* A finished model of so many @p classes, for inference: its best weights, on all ranks; @p raw: those
 * behind the average.  Collective. */
cst_status network_load(const cst_job *job, const model_name *name, bool raw, size_t classes,
                        network *out);
/* Tensors of the same name and shape; the final layer only @p with_head. */
void network_take_over(const network *from, bool with_head, network *to);

/* inference.c: probabilities [n][classes] of @p clips on every rank, by weights @p w, each clip's the
 * mean over @p crops circular shifts by multiples of T / crops frames.  Collective.
 * CST_ERR_NUMBERS names the first clip whose scores are not finite. */
cst_status network_predict(const cst_job *job, cst_model *model, const cst_weights *w,
                           const uint32_t *clips, size_t n, size_t crops, float *probabilities);

#endif
