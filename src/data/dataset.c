#include "cassette/dataset.h"
