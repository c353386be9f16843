/* What training can depend on, and what scores can, as one digest each.  Contract in cassette/dataset.h. */
#include "cassette/dataset.h"
#include "cassette/digest.h"

#include <string.h>

static void add(cst_digest *digest, const char *text)
{
  cst_digest_add(digest, text, strlen(text) + 1);
}

static void add_name(cst_digest *digest, const cst_names *names, int index)
{
  add(digest, index == CST_NONE ? "" : names->item[index]);
}

static void add_names(cst_digest *digest, const cst_names *names)
{
  for (size_t i = 0; i < names->n; i++) add(digest, names->item[i]);
  add(digest, "");
}

static void add_clip(cst_digest *digest, const cst_dataset *d, const cst_clip *c)
{
  const uint8_t kind[] = {(uint8_t)c->set, (uint8_t)c->part, (uint8_t)c->status};
  cst_digest_add(digest, kind, sizeof kind);
  if (c->source > 0) cst_digest_add(digest, &c->source, sizeof c->source);
  add(digest, c->id);
  add_name(digest, c->set == CST_SET_PRETRAIN ? &d->pretrain_scenes : &d->scenes,
           c->set == CST_SET_EVALUATION ? CST_NONE : c->scene);
  add_name(digest, &d->cities, c->city);
  add_name(digest, &d->sessions, c->session);
  add_name(digest, &d->devices, c->device);
  add(digest, c->sound.digest);
}

cst_status cst_dataset_digest(const cst_dataset *self, bool transduced, char hex[CST_DIGEST_HEX])
{
  cst_digest *digest = NULL;
  const cst_status st = cst_digest_create(&digest);
  if (st != CST_OK) return st;
  add_names(digest, &self->scenes);
  add_names(digest, &self->pretrain_scenes);
  if (self->pretrain_sets > 1)
    cst_digest_add(digest, self->pretrain_classes,
                   self->pretrain_sets * sizeof *self->pretrain_classes);
  for (size_t i = 0; i < self->n; i++)
    if (transduced || self->clip[i].set != CST_SET_EVALUATION)
      add_clip(digest, self, &self->clip[i]);
  cst_digest_hex(digest, hex);
  cst_digest_destroy(&digest);
  return CST_OK;
}

cst_status cst_dataset_scored_digest(const cst_dataset *self, char hex[CST_DIGEST_HEX])
{
  cst_digest *digest = NULL;
  const cst_status st = cst_digest_create(&digest);
  if (st != CST_OK) return st;
  for (size_t k = 0; k < self->scenes.n; k++) add(digest, self->scenes.item[k]);
  for (size_t i = 0; i < self->n; i++) {
    const cst_clip *clip = &self->clip[i];
    if (clip->set == CST_SET_PRETRAIN) continue;
    add(digest, clip->set == CST_SET_EVALUATION ? "evaluation" : "development");
    add(digest, clip->id);
    add_name(digest, &self->scenes, clip->scene);
    add_name(digest, &self->cities, clip->city);
    add_name(digest, &self->sessions, clip->session);
    add(digest, cst_audio_status_text(clip->status));
  }
  cst_digest_hex(digest, hex);
  cst_digest_destroy(&digest);
  return CST_OK;
}
