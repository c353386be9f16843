/*
 * Distribution alignment: what is predicted of unlabelled clips is moved towards the share that each
 * class has among the labels.
 *
 *   p^ = Norm(p (E_l + 1e-6) / (E_u + 1e-6)),  E_l, E_u: means of the last 128 batch means of labels
 *   and of p, or of as many as there are
 *
 * The published code fills the memory with 1/K at first.  In trainings of some thousand steps that
 * hides for too long that one class takes over.
 *
 * Source: Berthelot et al., ICLR 2020, arXiv 1911.09785, section 3.1.  Contracts in strategies.h.
 */
#include "cassette/loss.h"
#include "strategies.h"

static const double SMALL = 1e-6; /* added to both distributions */

void cst_ssl_remember(size_t K, double n, const double *sum, const cst_ssl_recent *recent)
{
  const size_t before = (size_t)*recent->batches;
  const bool full = recent->from_uniform || before >= CST_SSL_MEMORY;
  const size_t held = full ? CST_SSL_MEMORY : before + 1;
  double *oldest = recent->memory + before % CST_SSL_MEMORY * K;
  for (size_t c = 0; c < K; c++) {
    oldest[c] = sum[c] / n;
    recent->mean[c] = 0.0;
    for (size_t i = 0; i < held; i++) recent->mean[c] += recent->memory[i * K + c];
    recent->mean[c] /= (double)held;
  }
  *recent->batches += 1.0;
}

void cst_ssl_align(size_t K, const double *want, const double *have, double *p)
{
  double sum = 0.0;
  for (size_t c = 0; c < K; c++) sum += p[c] *= (want[c] + SMALL) / (have[c] + SMALL);
  for (size_t c = 0; c < K; c++) p[c] /= sum;
}

/* State: E_l and E_u, each with the batches that it is the mean of. */
typedef struct {
  cst_ssl_recent l, u;
} parts;

static size_t recent_doubles(size_t K) { return 1 + (1 + CST_SSL_MEMORY) * K; }

static cst_ssl_recent recent_at(size_t K, double *s)
{
  return (cst_ssl_recent){.batches = s, .mean = s + 1, .memory = s + 1 + K};
}

static parts parts_of(const cst_strategy *self)
{
  const size_t K = self->K;
  return (parts){recent_at(K, self->state), recent_at(K, self->state + recent_doubles(K))};
}

static bool aligns(const cst_strategy *self) { return self->params.alignment != 0.0; }

size_t cst_ssl_alignment_state(const cst_strategy *self)
{
  return aligns(self) ? 2 * recent_doubles(self->K) : 0;
}

void cst_ssl_alignment_start(cst_strategy *self)
{
  if (!aligns(self)) return;
  const parts s = parts_of(self);
  for (size_t i = 0; i < self->n_state; i++) self->state[i] = 1.0 / (double)self->K;
  *s.l.batches = *s.u.batches = 0.0;
}

/* label [K], p [K] */
size_t cst_ssl_alignment_sums(const cst_strategy *self, const cst_ssl_step *step, int phase)
{
  (void)step;
  return aligns(self) && phase == 0 ? 2 * self->K : 0;
}

void cst_ssl_alignment_observe(const cst_strategy *self, const cst_ssl_step *step, int phase,
                               const cst_sample *sample, double *out)
{
  (void)step, (void)phase;
  if (sample->labelled)
    for (size_t c = 0; c < self->K; c++) out[c] = sample->target[c];
  else
    cst_softmax(self->K, sample->guess ? sample->guess : sample->logits, out + self->K);
}

void cst_ssl_alignment_absorb(cst_strategy *self, const cst_ssl_step *step, int phase,
                              const double *totals)
{
  const parts s = parts_of(self);
  const size_t K = self->K;
  (void)phase;
  cst_ssl_remember(K, (double)step->labelled, totals, &s.l);
  if (step->unlabelled) cst_ssl_remember(K, (double)step->unlabelled, totals + K, &s.u);
}

void cst_ssl_alignment_adjust(const cst_strategy *self, double *p)
{
  if (!aligns(self)) return;
  const parts s = parts_of(self);
  cst_ssl_align(self->K, s.l.mean, s.u.mean, p);
}
