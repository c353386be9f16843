/**
 * @file network_spec.h
 * The network that a configuration asks for.
 */
#ifndef CST_NETWORK_SPEC_H
#define CST_NETWORK_SPEC_H

#include "cassette/config.h"
#include "cassette/model.h"

/** Specification of the network of @p config for spectrograms of @p bins mel bins; @p cities that it may
 *  be told of, where model.metadata says so. */
void cst_network_spec(const cst_config *config, size_t bins, size_t classes, size_t cities,
                      cst_model_spec *out);
/** Whether model.metadata has @p name: "city", "time". */
bool cst_network_is_told(const cst_config *config, const char *name);

#endif
