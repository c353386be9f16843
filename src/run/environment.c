/* Contract in cassette/environment.h.  Linux says most of it in /proc. */
#include "cassette/environment.h"

#include "cores.h"

#include "cassette/build_info.h"
#include "cassette/clip.h"
#include "cassette/config.h"
#include "cassette/conv.h"
#include "cassette/logmel.h"
#include "cassette/numerics.h"
#include "cassette/processor.h"
#include "cassette/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

uint64_t cst_peak_resident_bytes(void)
{
  struct rusage usage;

  return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

/* Cores this process may run on: "0-3,8". */
static void set_binding(cst_json *object)
{
  cpu_set_t set;
  cst_text text = {0};

  if (sched_getaffinity(0, sizeof set, &set) != 0) return;
  cst_cores_text(&set, &text);
  cst_json_set_string(object, "binding", text.data ? text.data : "");
  cst_json_set_integer(object, "cores_allowed", CPU_COUNT(&set));
  cst_text_reset(&text);
}

static void set_machine(cst_json *object)
{
  char text[CST_PROCESSOR_BYTES];
  struct utsname name;

  cst_json_set_string(object, "host", cst_comm_host());
  if (uname(&name) == 0) {
    snprintf(text, sizeof text, "%.64s %.64s %.64s", name.sysname, name.release, name.machine);
    cst_json_set_string(object, "system", text);
  }
  cst_processor_name(text);
  cst_json_set_string(object, "cpu", text);
  cst_processor_id(text);
  cst_json_set_string(object, "processor", text);
  cst_processor_caches(text);
  if (*text) cst_json_set_string(object, "caches", text);
  cst_json_set_integer(object, "cores_online", sysconf(_SC_NPROCESSORS_ONLN));
  set_binding(object);
}

static cst_json *libraries(void)
{
  cst_json *object = cst_json_object();

  cst_json_set_string(object, "mpi", cst_comm_library());
  cst_json_set_string(object, "hdf5", cst_store_version());
  cst_json_set_string(object, "audio", cst_audio_versions());
  cst_json_set_string(object, "yaml", cst_config_library());
  return object;
}

cst_json *cst_environment(const cst_comm *comm, int threads)
{
  cst_json *object = cst_json_object();
  cst_numerics numerics;

  cst_json_set_string(object, "version", cst_build_version());
  cst_json_set_string(object, "commit", cst_build_commit());
  cst_json_set_string(object, "compiler", cst_build_compiler());
  cst_json_set_string(object, "flags", cst_build_flags());
  set_machine(object);
  cst_json_set_string(object, "kernels", cst_conv_isa());
  if (cst_numerics_measure(&numerics) == CST_OK) {
    cst_json_set_string(object, "numerics", numerics.all);
    cst_json_set_string(object, "same_bits_on", cst_numerics_machines(&numerics));
  }
  cst_json_set(object, "libraries", libraries());
  cst_json_set_integer(object, "ranks", cst_comm_size(comm));
  cst_json_set_integer(object, "ranks_per_node", cst_comm_node_size(comm));
  cst_json_set_integer(object, "threads", threads);
  return object;
}
