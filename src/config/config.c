#include "cassette/config.h"
