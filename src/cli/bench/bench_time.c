/* The clock of all measurements.  Contracts in bench.h. */
#include "bench.h"

#include "cassette/clock.h"

#include <stdlib.h>

cst_status cli_bench_time(cli_bench_run *self, cli_bench_step step, void *context)
{
  cst_status st = CST_OK;

  for (size_t i = 0; i < CLI_WARM_UP + self->steps; i++) {
    cst_comm_barrier(self->comm);
    const double started_s = cst_now_s();
    st = step(context, i);
    const double seconds = cst_now_s() - started_s;
    CST_TRY(cst_comm_agree(self->comm, st));
    if (i >= CLI_WARM_UP) self->seconds[i - CLI_WARM_UP] = seconds;
  }
  cst_comm_max_f64(self->comm, self->seconds, self->steps);
done:
  return st;
}

static int ascending(const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double cli_bench_median_of(double *x, size_t n)
{
  qsort(x, n, sizeof *x, ascending);
  return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2.0;
}

double cli_bench_median(cli_bench_run *self)
{
  return cli_bench_median_of(self->seconds, self->steps);
}
