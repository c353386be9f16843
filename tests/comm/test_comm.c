/* Without MPI: the communicator of one rank, and what the environment says about the launcher. */
#include "cassette/comm.h"
#include "cassette/file.h"

#include "launch.h"
#include "support/test_support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void one_rank_is_the_identity(void **state)
{
  (void)state;
  const cst_comm *self = cst_comm_self();
  int64_t i = -5;
  uint8_t u = 9;
  double x[3] = {1.5, NAN, -0.0};
  assert_int_equal(cst_comm_rank(self), 0);
  assert_int_equal(cst_comm_size(self), 1);
  assert_int_equal(cst_comm_node_rank(self), 0);
  assert_int_equal(cst_comm_node_size(self), 1);
  cst_comm_barrier(self);
  cst_comm_broadcast(self, &u, 1);
  cst_comm_max_i64(self, &i, 1);
  cst_comm_min_i64(self, &i, 1);
  cst_comm_sum_i64(self, &i, 1);
  cst_comm_or_u8(self, &u, 1);
  cst_comm_max_f64(self, x, 3);
  cst_comm_min_f64(self, x, 3);
  assert_true(i == -5 && u == 9 && x[0] == 1.5 && isnan(x[1]) && signbit(x[2]));
}

static void one_rank_agrees_with_itself(void **state)
{
  (void)state;
  assert_int_equal(cst_comm_agree(cst_comm_self(), CST_OK), CST_OK);
  assert_fails(cst_comm_agree(cst_comm_self(), cst_raise(CST_ERR_DATA, "clip 7 is gone")),
               CST_ERR_DATA, "clip 7 is gone");
}

static void one_rank_shares_and_gathers(void **state)
{
  (void)state;
  char *text = cst_strdup("shared");
  size_t n = 6, total = 0;
  void *all = NULL;
  assert_ok(cst_comm_share(cst_comm_self(), &text, &n));
  assert_string_equal(text, "shared");
  assert_ok(cst_comm_gather(cst_comm_self(), text, n, &all, &total));
  assert_int_equal(total, 6);
  assert_memory_equal(all, "shared", 6);
  cst_free(all);
  cst_free(text);
  assert_ok(cst_comm_gather(cst_comm_self(), NULL, 0, &all, &total));
  assert_true(all && total == 0);
  cst_free(all);
}

static void one_rank_has_windows(void **state)
{
  (void)state;
  cst_window *window;
  void *base;
  assert_ok(cst_window_create(cst_comm_self(), 1000, &window, &base));
  for (size_t i = 0; i < 1000; i++) assert_int_equal(((char *)base)[i], 0);
  memset(base, 1, 1000);
  cst_window_sync(window);
  cst_window_destroy(&window);
  assert_null(window);
  cst_window_destroy(&window);
  assert_fails(cst_window_create(cst_comm_self(), SIZE_MAX / 2, &window, &base), CST_ERR_INTERNAL,
               "window");
  assert_true(!window && !base);
}

static void it_has_names(void **state)
{
  (void)state;
  assert_non_null(strstr(cst_comm_library(), "MPI"));
  assert_null(strchr(cst_comm_library(), '\n'));
  assert_true(strlen(cst_comm_host()) > 0);
}

/* ---- launchers ---- */

static const char *const variables[] = {"PMIX_NAMESPACE",
                                        "PMIX_RANK",
                                        "PMI_RANK",
                                        "PMI_FD",
                                        "MPI_LOCALNRANKS",
                                        "OMPI_COMM_WORLD_SIZE",
                                        "SLURM_STEP_ID",
                                        "SLURM_STEP_NUM_TASKS",
                                        "OMPI_MCA_ess_singleton_isolated",
                                        "OMPI_MCA_orte_create_session_dirs"};

static int no_launcher(void **state)
{
  (void)state;
  cst_launch_restore();
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) unsetenv(variables[i]);
  return 0;
}

static void alone_needs_no_daemon(void **state)
{
  (void)state;
  assert_ok(cst_launch_prepare());
  assert_string_equal(getenv("OMPI_MCA_ess_singleton_isolated"), "1");
  assert_string_equal(getenv("OMPI_MCA_orte_create_session_dirs"), "0");
  cst_launch_restore();
  assert_null(getenv("SLURM_STEP_ID"));
}

static void what_the_user_set_stays(void **state)
{
  (void)state;
  setenv("OMPI_MCA_ess_singleton_isolated", "0", 1);
  assert_ok(cst_launch_prepare());
  assert_string_equal(getenv("OMPI_MCA_ess_singleton_isolated"), "0");
}

static void launched_ranks_are_left_alone(void **state)
{
  (void)state;
  setenv("PMIX_NAMESPACE", "job.1", 1);
  setenv("SLURM_STEP_ID", "0", 1);
  setenv("SLURM_STEP_NUM_TASKS", "4", 1);
  assert_ok(cst_launch_prepare());
  assert_string_equal(getenv("SLURM_STEP_ID"), "0");
  assert_null(getenv("OMPI_MCA_ess_singleton_isolated"));
  assert_null(getenv("OMPI_MCA_orte_create_session_dirs")); /* the launcher's are shared */
}

static void a_single_task_hides_its_step(void **state)
{
  (void)state;
  setenv("SLURM_STEP_ID", "17", 1);
  setenv("SLURM_STEP_NUM_TASKS", "1", 1);
  assert_ok(cst_launch_prepare());
  assert_null(getenv("SLURM_STEP_ID"));
  cst_launch_restore();
  assert_string_equal(getenv("SLURM_STEP_ID"), "17");
}

static void the_launcher_has_its_own_words(void **state)
{
  (void)state;
  assert_ok(cst_launch_prepare());
  assert_null(cst_comm_cores_option());
  cst_launch_restore();
  setenv("PMIX_NAMESPACE", "job.1", 1);
  setenv("SLURM_STEP_ID", "0", 1);
  assert_ok(cst_launch_prepare());
  assert_string_equal(cst_comm_cores_option(), "sbatch or srun --cpus-per-task=");
  setenv("MPI_LOCALNRANKS", "2", 1); /* launchers start their daemons through srun */
  assert_ok(cst_launch_prepare());
  assert_string_equal(cst_comm_cores_option(), "mpiexec -bind-to core:");
  unsetenv("MPI_LOCALNRANKS");
  setenv("OMPI_COMM_WORLD_SIZE", "2", 1);
  assert_ok(cst_launch_prepare());
  assert_string_equal(cst_comm_cores_option(), "mpirun --map-by slot:PE=");
}

static void a_home_is_there(void **state)
{
  (void)state;
  char *home = getenv("HOME") ? strdup(getenv("HOME")) : NULL;
  unsetenv("HOME");
  assert_ok(cst_launch_prepare());
  assert_string_equal(getenv("HOME"), "/");
  cst_launch_restore();
  setenv("HOME", "/root of all", 1);
  assert_ok(cst_launch_prepare());
  assert_string_equal(getenv("HOME"), "/root of all");
  unsetenv("HOME");
  if (home) setenv("HOME", home, 1);
  free(home);
}

static char tmpdir[4096];
static int tmpdir_kept(void **state)
{
  snprintf(tmpdir, sizeof tmpdir, "%s", getenv("TMPDIR") ? getenv("TMPDIR") : "");
  return no_launcher(state);
}
static int tmpdir_back(void **state)
{
  if (tmpdir[0])
    setenv("TMPDIR", tmpdir, 1);
  else
    unsetenv("TMPDIR");
  test_remove_dirs();
  return no_launcher(state);
}

/* MPI_Init leaves directories below what it takes for the place of temporary files. */
static void what_a_start_leaves_goes(void **state)
{
  (void)state;
  char session[4096], left[4200];
  const char *places[] = {test_temp_dir(), "/dev/null/none"};
  for (size_t i = 0; i < 2; i++) {
    setenv("TMPDIR", places[i], 1);
    assert_ok(cst_launch_prepare());
    snprintf(session, sizeof session, "%s", getenv("TMPDIR"));
    assert_true(cst_dir_exists(session));
    assert_int_equal(strncmp(session, i ? "/tmp" : places[i], strlen(i ? "/tmp" : places[i])), 0);
    snprintf(left, sizeof left, "%s/ompi.host.0/jf.0", session);
    assert_ok(cst_make_dirs(left));
    cst_launch_restore();
    assert_string_equal(getenv("TMPDIR"), places[i]);
    assert_false(cst_dir_exists(session));
  }
  setenv("PMIX_NAMESPACE", "job.1", 1);
  assert_ok(cst_launch_prepare());
  assert_string_equal(getenv("TMPDIR"), places[1]); /* the launcher's ranks share one */
}

static void lost_tasks_are_refused(void **state)
{
  (void)state;
  setenv("SLURM_STEP_ID", "0", 1);
  setenv("SLURM_STEP_NUM_TASKS", "4", 1);
  assert_fails(cst_launch_prepare(), CST_ERR_USAGE, "srun --mpi=pmix");
  assert_string_equal(getenv("SLURM_STEP_ID"), "0");
}

static void nothing_is_left(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_rank_is_the_identity),
      cmocka_unit_test(one_rank_agrees_with_itself),
      cmocka_unit_test(one_rank_shares_and_gathers),
      cmocka_unit_test(one_rank_has_windows),
      cmocka_unit_test(it_has_names),
      cmocka_unit_test_setup_teardown(alone_needs_no_daemon, no_launcher, no_launcher),
      cmocka_unit_test_setup_teardown(what_the_user_set_stays, no_launcher, no_launcher),
      cmocka_unit_test_setup_teardown(launched_ranks_are_left_alone, no_launcher, no_launcher),
      cmocka_unit_test_setup_teardown(a_single_task_hides_its_step, no_launcher, no_launcher),
      cmocka_unit_test_setup_teardown(the_launcher_has_its_own_words, no_launcher, no_launcher),
      cmocka_unit_test_setup_teardown(a_home_is_there, no_launcher, no_launcher),
      cmocka_unit_test_setup_teardown(what_a_start_leaves_goes, tmpdir_kept, tmpdir_back),
      cmocka_unit_test_setup_teardown(lost_tasks_are_refused, no_launcher, no_launcher),
      cmocka_unit_test(nothing_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
