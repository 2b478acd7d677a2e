"""numba lives here, and nowhere else."""

from twin.kernel.flags import disjoint, loop, piece, real, routine, scalar
from twin.kernel.ready import Ready, array_type, number_type, ready
from twin.kernel.source import module_of
from twin.kernel.threads import split

__all__ = ["Ready", "array_type", "disjoint", "loop", "module_of", "number_type", "piece", "ready", "real", "routine", "scalar", "split"]
