# What `cmake --install` puts where, and the Debian package that `cpack` makes of it.
#
#   bin/cassette
#   share/cassette/{configs,jobs,scripts}   examples, Slurm jobs, the demonstration
#   share/doc/cassette, share/man/man1, share/bash-completion/completions
include(GNUInstallDirs)
find_program(GZIP gzip REQUIRED)
if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
  message(FATAL_ERROR "the program writes its own manual page after it is linked: "
    "set CMAKE_CROSSCOMPILING_EMULATOR to what runs it here, for instance qemu-aarch64")
endif()
set(share ${CMAKE_INSTALL_DATADIR}/cassette)
set(made ${PROJECT_BINARY_DIR}/packaging)
file(MAKE_DIRECTORY ${made})

# The program writes its own manual page and completion.  After each link of it, so that they are
# there and up to date whatever target was asked for.
add_custom_command(TARGET cassette POST_BUILD
  COMMAND cassette --man > ${made}/cassette.1
  COMMAND ${GZIP} -9nkf ${made}/cassette.1
  COMMAND cassette --completion > ${made}/cassette.bash
  COMMAND ${GZIP} -9nc ${PROJECT_SOURCE_DIR}/CHANGELOG.md > ${made}/changelog.gz)

# New directories are for all to read, whatever the umask, which mkdir obeys even where
# CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS is set (CMake 3.25).
set(places ${CMAKE_INSTALL_BINDIR} ${share}/jobs ${share}/scripts ${CMAKE_INSTALL_MANDIR}/man1
  ${CMAKE_INSTALL_DATADIR}/bash-completion/completions ${CMAKE_INSTALL_DOCDIR})
install(CODE "set(places ${places})")
install(CODE [[
  foreach(place IN LISTS places)
    set(at "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
    string(REPLACE "/" ";" steps "./${place}")
    foreach(step IN LISTS steps)
      string(APPEND at "/${step}")
      if(NOT EXISTS "${at}")
        file(MAKE_DIRECTORY "${at}")
        file(CHMOD "${at}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
          GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
      endif()
    endforeach()
  endforeach()
]])
install(TARGETS cassette RUNTIME)
install(FILES ${made}/cassette.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${made}/cassette.bash RENAME cassette
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/configs DESTINATION ${share})
file(GLOB jobs CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/jobs/*)
install(PROGRAMS ${jobs} DESTINATION ${share}/jobs)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/scripts/demo ${PROJECT_SOURCE_DIR}/scripts/submit
  DESTINATION ${share}/scripts)
install(FILES ${PROJECT_SOURCE_DIR}/scripts/common.sh ${PROJECT_SOURCE_DIR}/scripts/mpi.env
  DESTINATION ${share}/scripts)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${made}/changelog.gz
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CST_MAINTAINER "The Cassette authors <cassette@localhost>" CACHE STRING
  "who answers for the Debian package: Name <address>")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "${CST_MAINTAINER}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
  GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "openmpi-bin, gnuplot-nox")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "bash-completion, slurm-client")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "semi-supervised acoustic scene classification on MPI")
set(CPACK_PACKAGE_DESCRIPTION
"Trains acoustic scene classifiers from few labelled and many unlabelled
recordings, as one MPI job on a CPU cluster, and measures them in cities
that they have never heard. Any number of ranks and threads, interrupted
or not, ends in the same bits.
.
The sources are under the MIT licence; the program is linked with FFTW and
therefore passed on under the GPL.")

# The package's own changelog, beside the program's.
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(CONFIGURE OUTPUT ${made}/changelog.Debian CONTENT
"cassette (@PROJECT_VERSION@-@CPACK_DEBIAN_PACKAGE_RELEASE@) unstable; urgency=medium

  * Packaged by CPack; changelog.gz tells what changed.

 -- @CST_MAINTAINER@  @date@
" @ONLY)
add_custom_command(TARGET cassette POST_BUILD
  COMMAND ${GZIP} -9nkf ${made}/changelog.Debian)
install(FILES ${made}/changelog.Debian.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})
include(CPack)
