/* Whether two runs were scored on the same data.  Private to score. */
#ifndef CST_SCORE_DATA_DIGEST_H
#define CST_SCORE_DATA_DIGEST_H

#include "cassette/dataset.h"
#include "cassette/digest.h"

/* Of what the metadata say of each development and evaluation clip, and what became of its audio. */
cst_status scored_data_digest(const cst_dataset *data, char hex[CST_DIGEST_HEX]);

#endif
