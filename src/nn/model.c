#include "cassette/model.h"
