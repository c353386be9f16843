#include "cassette/status.h"
