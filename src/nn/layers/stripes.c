/* Contracts in stripes.h. */
#include "stripes.h"

#include "cassette/memory.h"

enum {
  STRIPE =
      16 * CST_EXACT_BLOCK /* sums; exact.h allows threads beside each other from block to block */
};

cst_status cst_stripes_make(size_t sums, cst_stripes *out)
{
  cst_status st = CST_OK;
  const size_t n = (sums + STRIPE - 1) / STRIPE;

  *out = (cst_stripes){0};
  CST_ALLOC(out->lock, n);
  for (; out->n < n; out->n++) omp_init_lock(&out->lock[out->n]);
done:
  return st;
}

void cst_stripes_reset(cst_stripes *self)
{
  for (size_t i = 0; i < self->n; i++) omp_destroy_lock(&self->lock[i]);
  cst_free(self->lock);
  *self = (cst_stripes){0};
}

/* The stripes that sums first .. end are in, from the calling thread's own on. */
typedef struct {
  size_t first, end, low, n, start;
} tour;

static tour tour_of(size_t first, size_t end)
{
  const size_t low = first / STRIPE, n = (end - 1) / STRIPE - low + 1;
  const size_t thread = (size_t)omp_get_thread_num(), threads = (size_t)omp_get_num_threads();
  return (tour){first, end, low, n, thread * n / threads};
}

/* Stripe k of a tour, and the part of the sums that is in it. */
typedef struct {
  size_t stripe, from, n;
} stop;

static stop stop_of(const tour *t, size_t k)
{
  const size_t stripe = t->low + (t->start + k) % t->n;
  const size_t from = stripe * STRIPE < t->first ? t->first : stripe * STRIPE;
  const size_t end = (stripe + 1) * STRIPE < t->end ? (stripe + 1) * STRIPE : t->end;
  return (stop){stripe, from, end - from};
}

/* Of either type; the other is NULL. */
static void add(const cst_stripes *self, cst_exact *to, size_t first, size_t n, const float *f32,
                const double *f64)
{
  const tour t = tour_of(first, first + n);
  for (size_t k = 0; k < t.n; k++) {
    const stop s = stop_of(&t, k);
    omp_set_lock(&self->lock[s.stripe]);
    if (f32)
      cst_exact_add_f32(to, s.from, s.n, f32 + (s.from - first));
    else
      cst_exact_add_f64(to, s.from, s.n, f64 + (s.from - first));
    omp_unset_lock(&self->lock[s.stripe]);
  }
}

void cst_stripes_add_f32(const cst_stripes *self, cst_exact *to, size_t first, size_t n,
                         const float *x)
{
  add(self, to, first, n, x, NULL);
}

void cst_stripes_add_f64(const cst_stripes *self, cst_exact *to, size_t first, size_t n,
                         const double *x)
{
  add(self, to, first, n, NULL, x);
}
