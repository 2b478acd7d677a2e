"""numba lives here, and nowhere else."""

from twin.kernel.flags import loop, routine, scalar

__all__ = ["loop", "routine", "scalar"]
