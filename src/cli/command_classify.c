#include "commands.h"

#include "cassette/classify.h"
#include "cassette/interrupt.h"
#include "cassette/log.h"
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
    {.name = "--uncalibrated",
     .kind = CLI_SWITCH,
     .help = "confidence as `predict` writes it, without the temperature of the model"},
    {.name = "--unknown-below",
     .kind = CLI_TEXT,
     .value = "P|card",
     .help = "the label is \"unknown\" where confidence is less; card: than the model's card says"},
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

static const char *const from_card = "card";

/* 0: not given, or on the card. */
static cst_status read_unknown(const cli_call *call, double *out)
{
  const char *text = cli_text(call, "--unknown-below");
  char *end = NULL;
  *out = 0.0;
  if (!text) return CST_OK;
  if (strcmp(text, from_card) == 0 && !cli_given(call, "--uncalibrated")) return CST_OK;
  if (strcmp(text, from_card) == 0)
    return cst_raise(CST_ERR_USAGE, "classify: --unknown-below card is of calibrated confidence; "
                                    "leave --uncalibrated out, or name a number");
  *out = strtod(text, &end);
  if (end != text && !*end && *out > 0.0 && *out <= 1.0) return CST_OK;
  return cst_raise(CST_ERR_USAGE,
                   "classify: --unknown-below '%.40s' is neither a confidence above 0 and up to 1 "
                   "nor 'card'",
                   text);
}

/* What the options say of confidence, to a model. */
static cst_status use_confidence(const cli_call *call, const cst_classifier *by,
                                 cst_classify_options *out)
{
  const char *text = cli_text(call, "--unknown-below");
  const char *why = by->facts.temperature.why ? by->facts.temperature.why : "damaged";
  const bool calibrated = by->temperature > 0.0;
  if (text && strcmp(text, from_card) == 0) {
    if (!calibrated)
      return cst_raise(CST_ERR_USAGE,
                       "classify: the model's card has no --unknown-below: it is not calibrated "
                       "(%s); name a number",
                       why);
    out->unknown_below = by->unknown_below;
  }
  if (text && cst_names_find(&by->classes, CST_UNKNOWN) != CST_NONE)
    return cst_raise(CST_ERR_USAGE,
                     "classify: --unknown-below would write the label '%s', which is "
                     "a class of this model",
                     CST_UNKNOWN);
  if (!calibrated && !out->raw) cst_log(CST_LOG_INFO, "confidence is not calibrated: %s", why);
  return CST_OK;
}

static cst_status check(const cli_call *call)
{
  cst_status st;
  double value;
  if (!cli_given(call, "--model"))
    return cst_raise(CST_ERR_USAGE,
                     "classify: --model MODEL is missing: a run directory, or a file "
                     "of `cassette export`");
  st = read_unknown(call, &value);
  return st == CST_OK ? read_hop(call, &value) : st;
}

static cst_status run(const cli_call *call)
{
  cst_status st = CST_OK;
  cst_classifier *by = NULL;
  cst_classify_options o = {.path = call->word,
                            .n = call->words,
                            .windows = cli_given(call, "--windows"),
                            .raw = cli_given(call, "--uncalibrated"),
                            .probabilities = cli_given(call, "--probabilities"),
                            .format = (cst_answers_format)cli_choice(call, "--format"),
                            .out = cli_text(call, "--out")};
  const char *model = cli_text(call, "--model");
  int threads = 1;

  st = read_hop(call, &o.hop_s);
  if (st == CST_OK) st = read_unknown(call, &o.unknown_below);
  if (st == CST_OK && cst_comm_rank(call->comm) == 0) {
    cst_input_keep(model);
    if (o.out) st = cst_target_check(o.out);
  }
  if (st == CST_OK) st = cst_threads_start(cli_count(call, "--threads"), &threads);
  CST_TRY(cst_comm_agree_alike(call->comm, st));
  CST_TRY(cst_classifier_open(call->comm, model, cli_text(call, "--fold"), threads, &by));
  st = cst_comm_rank(call->comm) == 0 ? use_confidence(call, by, &o) : CST_OK;
  CST_TRY(cst_comm_agree(call->comm, st));
  cst_comm_broadcast(call->comm, &o.unknown_below, sizeof o.unknown_below);
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
        "cannot be used are named and left out, and the exit status is 3 at the end.  Confidence "
        "is calibrated\n"
        "where the model has a temperature, which changes no label.",
    .options = options,
    .min = 1,
    .max = CLI_ANY,
    .check = check,
    .run = run,
};
