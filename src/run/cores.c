/* Contract in cores.h. */
#include "cores.h"

void cst_cores_text(const cpu_set_t *cores, cst_text *out)
{
  for (int first = 0, any = 0; first < CPU_SETSIZE; first++) {
    int last = first;
    if (!CPU_ISSET(first, cores)) continue;
    while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, cores)) last++;
    cst_text_add(out, last > first ? "%s%d-%d" : "%s%d", any++ ? "," : "", first, last);
    first = last;
  }
}
