#include "cassette/gemm.h"
