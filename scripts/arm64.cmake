# For CMake: gcc from Debian for 64-bit Arm, libraries of that architecture, and an emulator that runs
# the units (scripts/cross-arm64).
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64)

set(libraries /usr/lib/aarch64-linux-gnu)
set(ENV{PKG_CONFIG_LIBDIR} ${libraries}/pkgconfig:/usr/share/pkgconfig)
# mpicc is a program of this machine's and would answer for its libraries
set(MPI_C_COMPILER MPI_C_COMPILER-NOTFOUND)
set(MPI_ASSUME_NO_BUILTIN_MPI ON)
set(MPI_C_HEADER_DIR ${libraries}/openmpi/include)
set(MPI_C_LIB_NAMES mpi)
set(MPI_mpi_LIBRARY ${libraries}/openmpi/lib/libmpi.so)
set(MPIEXEC_EXECUTABLE mpirun)
