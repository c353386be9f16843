/*
 * Supervised: the labelled clips alone, for as many steps as any other strategy takes.
 *
 *   L = 1/B sum H(y, softmax(x))
 */
#include "strategies.h"

const cst_strategy_ops cst_supervised = {.name = "supervised"};
