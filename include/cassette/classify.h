/**
 * @file classify.h
 * Labels for any recordings: files of any format that is read, any length, rate and channels.
 *
 * A recording is heard window by window (windows.h); its answer is the logarithmic pool of theirs
 * (opinions.h).  Ranks share the files; what is written does not depend on their number.
 */
#ifndef CST_CLASSIFY_H
#define CST_CLASSIFY_H

#include "cassette/classifier.h"

typedef enum { CST_ANSWERS_CSV, CST_ANSWERS_JSONL } cst_answers_format;

typedef struct {
  const char *const *path; /**< files, directories, "-": a list of them on standard input */
  size_t n;
  double hop_s;         /**< between the starts of windows; 0: windows follow one another */
  bool windows;         /**< a line a window instead of a line a file */
  bool probabilities;   /**< of all classes, too */
  bool raw;             /**< probabilities as `predict` writes them, not calibrated */
  double unknown_below; /**< an answer of less confidence is CST_UNKNOWN */
  cst_answers_format format;
  const char *out; /**< file, whole or absent; NULL: standard output */
} cst_classify_options;

#define CST_UNKNOWN "unknown"

/** A line for each recording or window, in the order of @p options->path, below a directory in byte
 *  order of the names of its audio files.  What cannot be used is named in a warning and left out,
 *  and CST_ERR_DATA at the end says how many; everything else is written all the same.  Collective.
 */
cst_status cst_classify(const cst_classifier *self, const cst_classify_options *options);

#endif
