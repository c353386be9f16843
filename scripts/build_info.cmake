# What a run record says about the program that made it: cmake -P at every build, so that a commit
# between two builds is not missed.  Writes OUTPUT only when it changes.  The tree may be another
# user's, whom this build trusts anyway.
execute_process(COMMAND git -c safe.directory=* describe --always --dirty WORKING_DIRECTORY ${SOURCE}
  OUTPUT_VARIABLE CST_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
configure_file(${SOURCE}/src/base/build_info.h.in ${OUTPUT} @ONLY)
