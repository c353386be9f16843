#include "commands.h"

#include "cassette/prepare.h"
#include "cassette/teach.h"

static const cli_option options[] = {CLI_OPTION_RUN, CLI_OPTION_THREADS, CLI_OPTIONS_END};

static cst_status run(const cli_call *call)
{
  static const cli_phase phases[] = {cst_job_prepare, cst_job_check_teacher_files};
  return cli_run_phases(call, phases, sizeof phases / sizeof *phases);
}

const cli_command cli_prepare = {
    .name = "prepare",
    .synopsis = CLI_CONFIG_SYNOPSIS,
    .summary = "read metadata, probe the audio, write the manifest and the split report",
    .help = "Reads the metadata tables of the configuration's data set, looks at every audio file, "
            "and writes\n"
            "manifest.csv and the split report into the run directory.  The report also goes to "
            "stdout.",
    .options = options,
    .min = 1,
    .max = 1,
    .takes_config = true,
    .run = run,
};
