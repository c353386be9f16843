# A recipe for Spack.  In a repository of one's own:
#
#   spack repo create ~/spack-cassette cassette
#   mkdir -p ~/spack-cassette/packages/cassette (or as `spack repo create` says)
#   cp packaging/spack/package.py there, then: spack dev-build cassette@0.1.0, in a clone of Cassette
#
# Spack has no recipes for soxr and libcsv: the system's are used (Debian: libsoxr-dev libcsv-dev; Fedora: soxr-devel
# libcsv-devel).
try:
    from spack_repo.builtin.build_systems.cmake import CMakePackage  # Spack 1.0
except ImportError:
    pass
from spack.package import *


class Cassette(CMakePackage):
    """Semi-supervised acoustic scene classification under domain shift, as an MPI job."""

    maintainers = []
    license("MIT")

    version("0.1.0")

    variant("report", default=True, description="figures in reports")

    depends_on("c", type="build")
    depends_on("cmake@3.21:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("gzip", type="build")
    depends_on("mpi@3:")
    depends_on("openblas", type="test")
    depends_on("libsndfile")
    depends_on("fftw")
    depends_on("libyaml")
    depends_on("hdf5")
    depends_on("jansson")
    depends_on("xxhash")
    depends_on("utf8proc")
    depends_on("random123")
    depends_on("cmocka", type="test")
    depends_on("gnuplot +cairo", type="run", when="+report")

    def cmake_args(self):
        return [self.define("BUILD_TESTING", self.run_tests)]
