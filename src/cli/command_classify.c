#include "commands.h"

#include "cassette/classify.h"
#include "cassette/interrupt.h"
#include "cassette/threads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const formats[] = {
    [CST_ANSWERS_CSV] = "csv", [CST_ANSWERS_JSONL] = "jsonl", NULL};
static const double LONGEST_HOP_S = 86400.0;

static const cli_option options[] = {
    {.name = "--model",
     .kind = CLI_TEXT,
     .value = "MODEL",
     .help = "a file of `cassette export`, or a run directory: its final models"},
    {.name = "--fold",
     .kind = CLI_TEXT,
     .value = "NAME",
     .help = "of a run: the model of this fold alone (default: the mean of all folds')"},
    {.name = "--hop",
     .kind = CLI_TEXT,
     .value = "SECONDS",
     .help = "between the starts of windows (default: their length, 10 s: none overlap)"},
    {.name = "--windows", .kind = CLI_SWITCH, .help = "a line for each window, not for each file"},
    {.name = "--probabilities", .kind = CLI_SWITCH, .help = "those of all classes, too"},
    {.name = "--format",
     .kind = CLI_CHOICE,
     .value = "FORMAT",
     .fallback = "csv",
     .names = formats,
     .help = "a table, or a JSON object a line"},
    {.name = "--out",
     .kind = CLI_TEXT,
     .value = "FILE",
     .help = "where to (default: standard output); whole or absent"},
    CLI_OPTION_THREADS,
    CLI_OPTIONS_END};

/* 0: not given. */
static cst_status read_hop(const cli_call *call, double *out)
{
  const char *text = cli_text(call, "--hop");
  char *end = NULL;
  *out = text ? strtod(text, &end) : 0.0;
  if (!text || (end != text && !*end && *out > 0.0 && *out <= LONGEST_HOP_S)) return CST_OK;
  return cst_raise(CST_ERR_USAGE,
                   "classify: --hop '%.40s' is no number of seconds above 0 and up to "
                   "%.0f",
                   text, LONGEST_HOP_S);
}

static cst_status check(const cli_call *call)
{
  double hop_s;
  if (!cli_given(call, "--model"))
    return cst_raise(CST_ERR_USAGE,
                     "classify: --model MODEL is missing: a run directory, or a file "
                     "of `cassette export`");
  return read_hop(call, &hop_s);
}

static cst_status run(const cli_call *call)
{
  cst_status st = CST_OK;
  cst_classifier *by = NULL;
  cst_classify_options o = {.path = call->word,
                            .n = call->words,
                            .windows = cli_given(call, "--windows"),
                            .probabilities = cli_given(call, "--probabilities"),
                            .format = (cst_answers_format)cli_choice(call, "--format"),
                            .out = cli_text(call, "--out")};
  const char *model = cli_text(call, "--model");
  int threads = 1;

  st = read_hop(call, &o.hop_s);
  if (st == CST_OK && cst_comm_rank(call->comm) == 0) {
    cst_input_keep(model);
    if (o.out) st = cst_target_check(o.out);
  }
  if (st == CST_OK) st = cst_threads_start(cli_count(call, "--threads"), &threads);
  CST_TRY(cst_comm_agree_alike(call->comm, st));
  CST_TRY(cst_classifier_open(call->comm, model, cli_text(call, "--fold"), threads, &by));
  CST_TRY(cst_classify(by, &o));
done:
  cst_classifier_close(&by);
  return st;
}

const cli_command cli_classify = {
    .name = "classify",
    .synopsis = "--model MODEL FILE|DIRECTORY...",
    .summary = "label any recordings with a trained model",
    .help =
        "Writes a line for each recording: file, start and end in seconds, label, confidence, and "
        "the two\n"
        "next; a file named - is a list of files on standard input.  A long recording is heard in "
        "windows\n"
        "of the model's length, and its answer is their logarithmic pool; --windows tells each.  "
        "Files that\n"
        "cannot be used are named and left out, and the exit status is 3 at the end.",
    .options = options,
    .min = 1,
    .max = CLI_ANY,
    .check = check,
    .run = run,
};
