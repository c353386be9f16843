#include "commands.h"

#include "cassette/log.h"
#include "cassette/oracle.h"

#include <stdio.h>

static const cli_option options[] = {{.name = "--convolution",
                                      .kind = CLI_CHOICE,
                                      .value = "NAME",
                                      .fallback = "auto",
                                      .names = cst_conv_method_names,
                                      .help = "convolution algorithm to verify"},
                                     {.name = "--products",
                                      .kind = CLI_CHOICE,
                                      .value = "NAME",
                                      .fallback = "fp32",
                                      .names = cst_products_names,
                                      .help = "arithmetic of its products to verify"},
                                     CLI_OPTION_THREADS,
                                     CLI_OPTIONS_END};

typedef struct {
  size_t tensors, missed;
} tally;

static void print_line(void *context, const cst_oracle_line *line)
{
  tally *t = context;

  t->tensors++;
  t->missed += !line->ok;
  printf("%-52s %.3e %.3e %s\n", line->name, line->error, line->tolerance,
         line->ok ? "ok" : "MISSED");
}

static cst_status run(const cli_call *call)
{
  static const cst_conv_method method[] = {CST_CONV_BY_DEFAULT, CST_CONV_BY_LOOPS,
                                           CST_CONV_BY_IM2COL, CST_CONV_BY_WINOGRAD};
  tally t = {0};
  int threads;
  cst_status st = cst_comm_agree(call->comm, cli_threads(call, &threads));

  if (st == CST_OK)
    st = cst_oracle_verify(call->comm, call->word[0], method[cli_choice(call, "--convolution")],
                           (cst_products)cli_choice(call, "--products"), threads, print_line, &t);

  if (t.tensors > 0)
    cst_log(CST_LOG_INFO, "%s: %zu tensors, %zu missed", call->word[0], t.tensors, t.missed);
  return st;
}

const cli_command cli_verify = {
    .name = "verify",
    .synopsis = "ORACLE.h5",
    .summary = "this build against a PyTorch dump, tensor by tensor",
    .help =
        "Repeats the training steps of a PyTorch dump from the dump's own weights and compares "
        "every\n"
        "activation, gradient, statistic, optimiser step and logit with its float64 half.  Prints "
        "one\n"
        "line per tensor: name, error, tolerance, ok or MISSED.  Exit status 4 when one is missed.",
    .options = options,
    .min = 1,
    .max = 1,
    .run = run,
};
