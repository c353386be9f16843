/**
 * @file network_spec.h
 * The network that a configuration asks for.
 */
#ifndef CST_NETWORK_SPEC_H
#define CST_NETWORK_SPEC_H

#include "cassette/config.h"
#include "cassette/model.h"

/** Specification of the network of @p config for spectrograms of @p bins mel bins. */
void cst_network_spec(const cst_config *config, size_t bins, size_t classes, cst_model_spec *out);

#endif
