#include "cassette/comm.h"
