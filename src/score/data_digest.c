/* Contract in data_digest.h. */
#include "data_digest.h"

#include <string.h>

static void add_text(cst_digest *digest, const char *text)
{
  cst_digest_add(digest, text, strlen(text) + 1);
}

static const char *name_of(const cst_names *names, int i)
{
  return i == CST_NONE ? "" : names->item[i];
}

cst_status scored_data_digest(const cst_dataset *data, char hex[CST_DIGEST_HEX])
{
  cst_status st = CST_OK;
  cst_digest *digest = NULL;
  CST_TRY(cst_digest_create(&digest));
  for (size_t k = 0; k < data->scenes.n; k++) add_text(digest, data->scenes.item[k]);
  for (size_t i = 0; i < data->n; i++) {
    const cst_clip *clip = &data->clip[i];
    if (clip->set == CST_SET_PRETRAIN) continue;
    add_text(digest, clip->set == CST_SET_EVALUATION ? "evaluation" : "development");
    add_text(digest, clip->id);
    add_text(digest, name_of(&data->scenes, clip->scene));
    add_text(digest, name_of(&data->cities, clip->city));
    add_text(digest, name_of(&data->sessions, clip->session));
    add_text(digest, cst_audio_status_text(clip->status));
  }
  cst_digest_hex(digest, hex);
done:
  cst_digest_destroy(&digest);
  return st;
}
