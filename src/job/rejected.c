/* Contract in rejected.h. */
#include "cassette/rejected.h"

#include "cassette/log.h"
#include "cassette/memory.h"

enum { FIRST_FEW = 3 };

typedef struct {
  size_t clips, rejected, usable_development;
  const cst_clip *missing; /* the first, or NULL */
  bool reasoned;           /* the first that is there has its reason in the text: */
  cst_text first;          /* "a is missing, b is truncated (why) and 7 more" */
} rejects;

/* Why a file that is there is not used, in words; rank 0 speaks for all. */
static void add_reason(const cst_job *self, const cst_clip *clip, cst_text *out)
{
  cst_audio audio = {0};
  if (!cst_job_root(self)) return;
  if (cst_audio_read(clip->path, 0.0, &audio) != CST_OK) cst_clear(); /* the reason is a courtesy */
  if (audio.info.status == clip->status) cst_text_add(out, " (%s)", audio.info.detail);
  cst_audio_reset(&audio);
}

static void count(const cst_job *self, rejects *out)
{
  const cst_dataset *data = self->data;
  *out = (rejects){.clips = data->n};
  for (size_t i = 0; i < data->n; i++) {
    const cst_clip *c = &data->clip[i];
    if (cst_audio_usable(c->status)) {
      out->usable_development += c->set == CST_SET_DEVELOPMENT;
      continue;
    }
    if (c->status == CST_AUDIO_MISSING && !out->missing) out->missing = c;
    if (out->rejected++ < FIRST_FEW)
      cst_text_add(&out->first, "%s%s is %s", out->rejected > 1 ? ", " : "", c->id,
                   cst_audio_status_text(c->status));
    if (!out->reasoned && c->status != CST_AUDIO_MISSING && out->rejected <= FIRST_FEW) {
      add_reason(self, c, &out->first);
      out->reasoned = true;
    }
  }
  if (out->rejected > FIRST_FEW)
    cst_text_add(&out->first, " and %zu more", out->rejected - FIRST_FEW);
}

/* What to do about files that are not there. */
static void add_cure(const cst_job *self, const cst_clip *missing, cst_text *out)
{
  const cst_pretrain_sets *sets = &self->config->dataset.pretrain;
  const bool pretrain = missing->set == CST_SET_PRETRAIN && missing->source < sets->n;
  const char *root = pretrain ? sets->item[missing->source].root : self->config->dataset.root;
  char *similar = NULL;
  if (cst_job_root(self) && cst_dataset_similar_file(root, missing->id, &similar) != CST_OK)
    cst_clear(); /* the cure is a courtesy */
  if (similar)
    cst_text_add(out,
                 "; for %s there is %s below %s: write names in the table as the files have "
                 "them",
                 missing->id, similar, root);
  else
    cst_text_add(out, "; unpack what is missing below %s, or check dataset.%s", root,
                 pretrain ? "pretrain" : "root");
  cst_free(similar);
}

/* @p listed: manifest.csv has them. */
static cst_status refuse(const cst_job *self, const rejects *r, bool listed)
{
  cst_text cure = {0};
  cst_status st;
  if (r->missing) add_cure(self, r->missing, &cure);
  const char *first = r->first.data ? r->first.data : "", *after = cure.data ? cure.data : "";
  const char *where = listed ? "; all are in manifest.csv" : "";
  if (r->usable_development == 0)
    st = cst_raise(CST_ERR_DATA,
                   "no development clip has usable audio, %zu of %zu clips rejected: %s%s",
                   r->rejected, r->clips, first, after);
  else if (self->config->dataset.strict)
    st = cst_raise(CST_ERR_DATA,
                   "%zu of %zu clips rejected, and dataset.strict is on: %s%s%s; or set "
                   "dataset.strict=false",
                   r->rejected, r->clips, first, after, where);
  else
    st = cst_raise(CST_ERR_DATA,
                   "%zu of %zu clips rejected, more than dataset.max_rejected = %g: %s%s%s; or "
                   "raise the limit",
                   r->rejected, r->clips, self->config->dataset.max_rejected, first, after, where);
  cst_text_reset(&cure);
  return st;
}

cst_status cst_job_judge_audio(const cst_job *self, bool preparing)
{
  cst_status st = CST_OK;
  rejects r;
  count(self, &r);
  const double limit =
      self->config->dataset.strict ? 0.0 : self->config->dataset.max_rejected * (double)r.clips;
  if ((double)r.rejected > limit || r.usable_development == 0)
    CST_TRY(refuse(self, &r, self->adopted || !preparing));
  else if (r.rejected > 0 && preparing)
    cst_log(CST_LOG_WARN, "%zu of %zu clips rejected: %s; all are in manifest.csv", r.rejected,
            r.clips, r.first.data ? r.first.data : "");
done:
  cst_text_reset(&r.first);
  return st;
}
