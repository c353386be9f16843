#include "cassette/report.h"
