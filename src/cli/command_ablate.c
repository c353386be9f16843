#include "commands.h"

#include "cassette/ablation.h"
#include "cassette/log.h"

#include <stdio.h>

static const cli_option options[] = {
    {.name = "--list", .kind = CLI_SWITCH, .help = "print the cells, one a line, and run none"},
    {.name = "--prepare",
     .kind = CLI_SWITCH,
     .help = "make what the cells share (features, pre-trained models), and run none"},
    {.name = "--cell",
     .kind = CLI_COUNT,
     .value = "K",
     .min = 1,
     .max = 1000000,
     .help = "run cell K alone (default: all, one after another)"},
    {.name = "--run",
     .kind = CLI_TEXT,
     .value = "DIR",
     .help = "directory of the grid (default: runs/NAME, NAME from the configuration)"},
    CLI_OPTION_THREADS,
    CLI_OPTIONS_END};

static cst_status check(const cli_call *call)
{
  if (cli_given(call, "--list") + cli_given(call, "--prepare") + cli_given(call, "--cell") > 1)
    return cst_raise(CST_ERR_USAGE, "ablate: give one of --list, --prepare and --cell K");
  return CST_OK;
}

static cst_status print_cells(const cst_ablation *grid)
{
  cst_status st = CST_OK;
  for (size_t k = 0; k < cst_ablation_cells(grid); k++) {
    const cst_cell *cell = cst_ablation_cell(grid, k);
    cst_cell_state state;
    CST_TRY(cst_ablation_state(grid, k, &state));
    printf("%zu\t%s\t%s\t%s\t%lld\t%s%s%s\n", k + 1, cell->strategy, cst_tier_text(cell->tier),
           cell->held_out, (long long)cell->seed, cst_cell_state_text(state),
           cell->setting ? "\t" : "", cell->setting ? cell->setting : "");
  }
done:
  return st;
}

static cst_status run_one(const cli_call *call, cst_ablation *grid)
{
  const size_t k = (size_t)cli_count(call, "--cell");
  if (k > cst_ablation_cells(grid))
    return cst_raise(CST_ERR_USAGE, "ablate: --cell %zu: the grid has %zu cells; see --list", k,
                     cst_ablation_cells(grid));
  return cst_ablation_run(grid, k - 1);
}

/* A cell that fails by its data or numbers does not keep the others from running. */
static cst_status run_all(cst_ablation *grid)
{
  cst_status st = CST_OK, first = CST_OK;
  char message[CST_MESSAGE_BYTES] = "";
  size_t failed = 0;
  for (size_t k = 0; k < cst_ablation_cells(grid); k++) {
    st = cst_ablation_run(grid, k);
    if (st != CST_OK && st != CST_ERR_DATA && st != CST_ERR_NUMBERS) goto done;
    if (st == CST_OK) continue;
    cst_log(CST_LOG_WARN, "cell %zu failed: %s", k + 1, cst_message());
    if (failed++ == 0) {
      first = st;
      snprintf(message, sizeof message, "%.1500s", cst_message());
    }
    cst_clear();
  }
  if (failed > 0)
    CST_FAIL(first, "%zu of %zu cells failed; the first: %s", failed, cst_ablation_cells(grid),
             message);
  cst_log(CST_LOG_INFO, "all %zu cells are done; next: cassette report %s",
          cst_ablation_cells(grid), cst_ablation_dir(grid));
done:
  return st;
}

static cst_status run(const cli_call *call)
{
  cst_status st = CST_OK;
  cst_config *config = NULL;
  cst_ablation *grid = NULL;

  CST_TRY(cli_config(call, 0, &config));
  CST_TRY(cst_ablation_open(call->comm, config, cli_text(call, "--run"), call->argc, call->argv,
                            &grid));
  if (cli_given(call, "--list"))
    st = cst_comm_rank(call->comm) == 0 ? print_cells(grid) : CST_OK;
  else if (cli_given(call, "--prepare"))
    st = cst_ablation_prepare(grid);
  else
    st = cli_given(call, "--cell") ? run_one(call, grid) : run_all(grid);
done:
  cst_ablation_close(&grid);
  cst_config_destroy(&config);
  return st;
}

const cli_command cli_ablate = {
    .name = "ablate",
    .synopsis = "CONFIG [--list | --prepare | --cell K] [section.key=value ...]",
    .summary = "an ablation grid: settings x strategies x held-out cities x seeds",
    .help =
        "Lays out the grid of section `ablation` and runs its cells, each a run of its own from "
        "prepare to\n"
        "report; what is done is skipped.  Cells may run at once, as tasks of a job array: "
        "features and\n"
        "pre-trained models are made once, by the first that needs them.  --list prints, "
        "separated by\n"
        "tabs: number, strategy, tier, held out, seed, and new, started, done or differs "
        "(trained under\n"
        "another configuration), and the setting, where there are any.  `cassette report DIR` compares the cells that are done.",
    .options = options,
    .min = 1,
    .max = 1,
    .takes_config = true,
    .check = check,
    .run = run,
};
