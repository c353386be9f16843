#include "cassette/params.h"
