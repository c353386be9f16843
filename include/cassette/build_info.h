/**
 * @file build_info.h
 * What this program was built from.
 */
#ifndef CST_BUILD_INFO_H
#define CST_BUILD_INFO_H

const char *cst_build_version(void);  /**< "0.1.0" */
const char *cst_build_commit(void);   /**< git describe, or "unknown" */
const char *cst_build_flags(void);    /**< compiler flags */
const char *cst_build_compiler(void); /**< "gcc 12.2.0" */

#endif
