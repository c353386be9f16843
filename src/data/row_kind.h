/* What the field `set` of a manifest's row says.  Private to data. */
#ifndef CST_DATA_ROW_KIND_H
#define CST_DATA_ROW_KIND_H

#include "cassette/dataset.h"

typedef struct {
  bool classes; /* of a class without clips, not of a clip */
  cst_set set;
  uint8_t source; /* pre-training: which of its sets, from 0 */
} row_kind;

enum { ROW_KIND_BYTES = 32 };

/* "development", "pretrain" for the first set to pre-train on, "pretrain-2" for the second; of classes
 * "class", "pretrain class", "pretrain-2 class". */
void row_kind_text(const row_kind *self, char out[ROW_KIND_BYTES]);
/* False where it is none of them. */
bool row_kind_read(const char *text, row_kind *out);

#endif
