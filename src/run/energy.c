/* Contract in cassette/energy.h. */
#include "cassette/energy.h"

#include "cassette/clock.h"
#include "cassette/file.h"
#include "cassette/memory.h"

#include <dirent.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 64 };                                 /* counters of a node: two a socket */
static const double OFTEN_S = 0.5, MOST_W = 2000.0; /* that one socket can draw */

typedef struct {
  char *path;           /* of energy_uj */
  uint64_t last, range; /* microjoules; a counter runs from 0 to its range */
} counter;

static struct {
  pthread_mutex_t lock;
  counter counter[MOST];
  size_t n;
  double joules, read_s;
} meter = {.lock = PTHREAD_MUTEX_INITIALIZER, .joules = NAN};

static bool read_number(const char *path, uint64_t *out)
{
  unsigned long long value = 0;
  FILE *file = fopen(path, "r");
  const bool ok = file && fscanf(file, "%llu", &value) == 1;
  if (file) fclose(file);
  *out = value;
  return ok;
}

/* Whether a domain counts what no other does: a package holds its cores, and "psys" all of it. */
static bool is_counted(const char *dir)
{
  char *path = cst_path_join(dir, "name"), name[32] = "";
  FILE *file = path ? fopen(path, "r") : NULL;
  if (file && !fgets(name, sizeof name, file)) name[0] = '\0';
  if (file) fclose(file);
  cst_free(path);
  return strncmp(name, "package", 7) == 0 || strcmp(name, "dram\n") == 0 ||
         strcmp(name, "dram") == 0;
}

/* One more counter; false: it does not tell. */
static bool add_counter(const char *root, const char *domain)
{
  char *dir = cst_path_join(root, domain);
  char *range = dir ? cst_path_join(dir, "max_energy_range_uj") : NULL;
  counter *c = &meter.counter[meter.n];
  bool ok = true;
  if (dir && is_counted(dir)) {
    *c = (counter){.path = cst_path_join(dir, "energy_uj")};
    ok = meter.n < MOST - 1 && range && c->path && read_number(range, &c->range) && c->range > 0 &&
         read_number(c->path, &c->last);
    if (ok)
      meter.n++;
    else
      cst_free(c->path);
  }
  cst_free(range);
  cst_free(dir);
  return ok;
}

static void drop(void)
{
  for (size_t i = 0; i < meter.n; i++) cst_free(meter.counter[i].path);
  meter.n = 0;
  meter.joules = NAN;
}

void cst_energy_start(const char *root)
{
  DIR *dir = opendir(root);
  bool ok = true;
  pthread_mutex_lock(&meter.lock);
  drop();
  for (const struct dirent *e; ok && dir && (e = readdir(dir));)
    if (strchr(e->d_name, ':')) ok = add_counter(root, e->d_name);
  if (ok && meter.n > 0) meter.joules = 0.0;
  meter.read_s = cst_now_s();
  pthread_mutex_unlock(&meter.lock);
  if (dir) closedir(dir);
}

/* Holds the lock. */
static void read_counters(double now_s)
{
  for (size_t i = 0; i < meter.n && !isnan(meter.joules); i++) {
    counter *c = &meter.counter[i];
    uint64_t value = 0;
    const double whole_s = (double)c->range / 1e6 / MOST_W;
    if (!read_number(c->path, &value) || value > c->range || now_s - meter.read_s > whole_s) {
      meter.joules = NAN;
      break;
    }
    const uint64_t used = value >= c->last ? value - c->last : c->range - c->last + value;
    meter.joules += (double)used / 1e6;
    c->last = value;
  }
  meter.read_s = now_s;
}

void cst_energy_sample(void)
{
  pthread_mutex_lock(&meter.lock);
  const double now_s = cst_now_s();
  if (now_s - meter.read_s >= OFTEN_S) read_counters(now_s);
  pthread_mutex_unlock(&meter.lock);
}

double cst_energy_joules(void)
{
  pthread_mutex_lock(&meter.lock);
  read_counters(cst_now_s());
  const double joules = meter.joules;
  pthread_mutex_unlock(&meter.lock);
  return joules;
}

void cst_energy_stop(void)
{
  pthread_mutex_lock(&meter.lock);
  drop();
  pthread_mutex_unlock(&meter.lock);
}
