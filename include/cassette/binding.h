/**
 * @file binding.h
 * Which cores the ranks may use, and whether that is enough.
 */
#ifndef CST_BINDING_H
#define CST_BINDING_H

#include "cassette/comm.h"

/** One line about the binding of the ranks of @p threads each; a warning where a node has fewer
 *  cores than its ranks have threads, which costs more than anything else a launcher can get wrong.
 *  Collective. */
cst_status cst_binding_report(const cst_comm *comm, int threads);

#endif
