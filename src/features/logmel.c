#include "cassette/logmel.h"
