/* Any table with a column of file names and one of scenes. */
#include "layouts.h"

const table_layout cst_read_csv = {.name = "csv",
                                   .columns = {.fact = {[FACT_SCENE] = "scene_label",
                                                        [FACT_PLACE] = "city",
                                                        [FACT_SESSION] = "session",
                                                        [FACT_DEVICE] = "device"},
                                               .relative_path = true}};
