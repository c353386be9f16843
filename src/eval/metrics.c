#include "cassette/metrics.h"
