#include "cassette/adam.h"
