/* Contract in binding.h. */
#include "cassette/binding.h"

#include "cores.h"

#include "cassette/log.h"
#include "cassette/memory.h"

#include <stdio.h>
#include <string.h>

/* Where one rank runs. */
typedef struct {
  char host[64];
  cpu_set_t cores;
} place;

static bool same_host(const place *a, const place *b) { return strcmp(a->host, b->host) == 0; }

/* The first rank on this host speaks for all of them. */
static bool is_first(const place *all, size_t r)
{
  size_t i = 0;
  while (!same_host(&all[i], &all[r])) i++;
  return i == r;
}

/* "n1: ranks on cores 0; 1; 2-3" */
static void describe_host(const place *all, size_t n, size_t first, cst_text *out)
{
  const char *between = "";
  cst_text_add(out, "%s: cores ", all[first].host);
  for (size_t r = first; r < n; r++) {
    if (!same_host(&all[r], &all[first])) continue;
    cst_text_add(out, "%s", between);
    cst_cores_text(&all[r].cores, out);
    between = " | ";
  }
}

static void check_host(const place *all, size_t n, size_t first, int threads)
{
  cpu_set_t cores;
  size_t ranks = 0;
  CPU_ZERO(&cores);
  for (size_t r = first; r < n; r++) {
    if (!same_host(&all[r], &all[first])) continue;
    CPU_OR(&cores, &cores, &all[r].cores);
    ranks++;
  }
  const size_t has = (size_t)CPU_COUNT(&cores), wants = ranks * (size_t)threads;
  if (has == 0 || has >= wants) return;
  cst_text cure = {0};
  if (cst_comm_cores_option())
    cst_text_add(&cure, ", or ask for more cores (%s%d)", cst_comm_cores_option(), threads);
  cst_log(CST_LOG_WARN, "%s: %zu rank%s of %d thread%s share %zu core%s; start fewer%s",
          all[first].host, ranks, ranks == 1 ? "" : "s", threads, threads == 1 ? "" : "s", has,
          has == 1 ? "" : "s", cure.data ? cure.data : "");
  cst_text_reset(&cure);
}

cst_status cst_binding_report(const cst_comm *comm, int threads)
{
  cst_status st = CST_OK;
  enum { HOSTS_SHOWN = 4 };
  place mine = {.host = ""}, *all = NULL;
  cst_text text = {0};
  size_t bytes = 0, hosts = 0;
  snprintf(mine.host, sizeof mine.host, "%s", cst_comm_host());
  if (sched_getaffinity(0, sizeof mine.cores, &mine.cores) != 0) CPU_ZERO(&mine.cores);
  CST_TRY(cst_comm_gather(comm, &mine, sizeof mine, (void **)&all, &bytes));
  const size_t n = bytes / sizeof *all;
  for (size_t r = 0; r < n; r++) {
    if (!is_first(all, r)) continue;
    if (hosts++ < HOSTS_SHOWN) {
      if (hosts > 1) cst_text_add(&text, "; ");
      describe_host(all, n, r, &text);
    }
    check_host(all, n, r, threads);
  }
  if (hosts > HOSTS_SHOWN) cst_text_add(&text, "; %zu more", hosts - HOSTS_SHOWN);
  cst_log(CST_LOG_INFO, "%zu rank%s x %d thread%s; %s", n, n == 1 ? "" : "s", threads,
          threads == 1 ? "" : "s", text.data ? text.data : "");
done:
  cst_text_reset(&text);
  cst_free(all);
  return st;
}
