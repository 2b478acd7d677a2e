"""numba lives here, and nowhere else."""

from twin.kernel.bare import bare
from twin.kernel.flags import apart, disjoint, exact, exact_loop, exact_scalar, loop, piece, real, routine, scalar
from twin.kernel.ready import Ready, array_type, none_type, number_type, ready
from twin.kernel.source import module_of
from twin.kernel.threads import split

__all__ = [
    "Ready",
    "apart",
    "array_type",
    "bare",
    "disjoint",
    "exact",
    "exact_loop",
    "exact_scalar",
    "loop",
    "module_of",
    "none_type",
    "number_type",
    "piece",
    "ready",
    "real",
    "routine",
    "scalar",
    "split",
]
