/* From the tables of a set to its clips, as its layout says. */
#ifndef CST_DATA_LAYOUT_H
#define CST_DATA_LAYOUT_H

#include "audio_index.h"
#include "cassette/dataset.h"
#include "layouts.h"

/* NULL if there is none of that name. */
const table_layout *cst_layout_named(const char *name);
/* Read and join the tables of a set.  n = 0: the usual ones that exist, for a layout without usual
 * names the only one of those `here`; none is an error but for the evaluation set, which then has
 * no records. */
cst_status cst_layout_read(const table_layout *layout, cst_set set, const char *root,
                           const cst_names *here, const char *const *names, size_t n, records *out);
/* Append the classes of `n` joined `tables` to `scenes`: those `given`, if any, else the layout's
 * own, else those found, sorted by bytes. */
cst_status cst_classes_find(const table_layout *layout, size_t n_given, const char *const *given,
                            size_t n, const records *const *tables, cst_names *scenes);

/* What the clips of some tables are. */
typedef struct {
  const table_layout *layout;
  cst_set set;
  uint8_t source;          /* pre-training: which of its sets */
  const char *prefix;      /* of the names of sessions, or "" */
  const cst_names *scenes; /* classes that the tables may name ... */
  int first_scene;         /* ... and the data set's index of the first of them */
} clip_kind;
/* Append a clip per record to `data`, its session CST_NONE where none is said, with audio found
 * through `index`. */
cst_status cst_layout_interpret(const clip_kind *kind, const records *from, cst_audio_index *index,
                                cst_dataset *data);
/* A clip for which the tables give no session becomes a session of its own.  After all clips whose
 * sessions may be met again were appended; sessions are then in the order of the clips. */
cst_status cst_layout_name_single_clips(cst_dataset *data);

/* Development and evaluation sets. */
cst_status cst_main_read(const cst_dataset_source *source, const table_layout *layout,
                         cst_dataset *data);

/* Append a clip (takes id and path).  Shared with the manifest reader. */
cst_status cst_dataset_push(cst_dataset *self, const cst_clip *clip);
/* Ids of the development and evaluation clips; the index of an id is that of its clip. */
cst_status cst_dataset_ids(const cst_dataset *self, cst_names *out);

#endif
