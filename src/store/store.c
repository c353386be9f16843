#include "cassette/store.h"
