/**
 * @file processor.h
 * Which processor this is, so that no figure is of an unknown machine.
 */
#ifndef CST_PROCESSOR_H
#define CST_PROCESSOR_H

#include <stddef.h>

enum { CST_PROCESSOR_BYTES = 256 };

/** "GenuineIntel family 6 model 143 stepping 8", or what else /proc/cpuinfo tells it apart by (on
 *  Arm implementer and part); "unknown". */
void cst_processor_id(char text[CST_PROCESSOR_BYTES]);
/** The name it is sold by, as far as the system tells; "unknown". */
void cst_processor_name(char text[CST_PROCESSOR_BYTES]);
/** Caches of the first core: "L1d 48 KiB, L2 2048 KiB, L3 107520 KiB shared by 56"; "" if not told. */
void cst_processor_caches(char text[CST_PROCESSOR_BYTES]);

#endif
