/* The audio files below a directory, found by the names that metadata give them. */
#ifndef CST_DATA_AUDIO_INDEX_H
#define CST_DATA_AUDIO_INDEX_H

#include "cassette/dataset.h"

typedef struct cst_audio_index cst_audio_index;

/* Index of the extension of an audio file's path in the order of preference, or -1; *ends: bytes
 * before the dot, or the whole length. */
int cst_audio_extension(const char *path, size_t *ends);

/* Walk `root` once (on a shared file system that takes its time).  Files without an audio extension
 * and hidden ones are not looked at. */
cst_status cst_audio_index_create(const char *root, cst_audio_index **out);
/* The *.csv files found on the way, in the root itself, sorted. Borrowed. */
const cst_names *cst_audio_index_tables(const cst_audio_index *self);
void cst_audio_index_destroy(cst_audio_index **self);
/* Path of the file that clip `id` means (new, cst_free), or NULL when there is none.  CST_ERR_DATA
 * when files in two folders fit, or when another clip got that file already; it names `line` of
 * `table`, which names the clip. */
cst_status cst_audio_index_take(cst_audio_index *self, const char *id, const char *table,
                                size_t line, char **path);
/* Warns, in one line each, of names matched under another extension and of preferred copies. */
void cst_audio_index_warn(const cst_audio_index *self);

#endif
