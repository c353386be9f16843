#include "cassette/clip.h"
