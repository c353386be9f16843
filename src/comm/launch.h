/* The environment MPI_Init looks at, put right before it is called. */
#ifndef CST_LAUNCH_H
#define CST_LAUNCH_H

#include "cassette/status.h"

/** Refuse a launcher that would start ranks which do not know each other (CST_ERR_USAGE), and set
 *  what Open MPI needs to start quietly.  What the user has set stays. */
cst_status cst_launch_prepare(void);
/** Put back what cst_launch_prepare() hid. */
void cst_launch_restore(void);

#endif
