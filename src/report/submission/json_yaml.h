/* JSON as YAML for people: objects as indented lines, the rest as JSON has it, which is YAML, too. */
#ifndef JSON_YAML_H
#define JSON_YAML_H

#include "cassette/file.h"
#include "cassette/json.h"

cst_status json_yaml_add(const cst_json *object, cst_text *out);

#endif
