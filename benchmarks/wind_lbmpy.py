"""lbmpy's kernels, compiled by the system's C++ compiler: two arrays and in place."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

__all__ = ["in_place", "two_arrays"]

Step = Callable[[], None]


def two_arrays(n: int, threads: int) -> tuple[Step, int, int]:
    """SRT, D3Q19, float32, pull: a call, the steps that it does, cells of a step."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pystencils as ps
        from lbmpy import LBMConfig, LBMOptimisation, LBStencil, Method, Stencil, create_lb_update_rule

        stencil = LBStencil(Stencil.D3Q19)
        source, target = ps.fields(f"src({stencil.Q}), dst({stencil.Q}): float32[{n},{n},{n}]", layout="fzyx")
        config = LBMConfig(stencil=stencil, method=Method.SRT, relaxation_rate=1.7, zero_centered=True)
        optimisation = LBMOptimisation(symbolic_field=source, symbolic_temporary_field=target)
        rule = create_lb_update_rule(lbm_config=config, lbm_optimisation=optimisation)
        kernel = ps.create_kernel(rule, _configuration(ps, threads)).compile()
    a = np.zeros((n, n, n, stencil.Q), np.float32, order="F")
    b = a.copy(order="F")

    def call() -> None:
        kernel(src=a, dst=b)
        kernel(src=b, dst=a)

    return call, 2, (n - 2) ** 3


def in_place(n: int, threads: int, pattern: str = "aa") -> tuple[Step, int, int]:
    """SRT, D3Q19, float32, one array."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pystencils as ps
        from lbmpy import LBMConfig, LBMOptimisation, LBStencil, Method, Stencil, create_lb_update_rule
        from lbmpy.advanced_streaming import Timestep

        stencil = LBStencil(Stencil.D3Q19)
        kernels = []
        for parity in (Timestep.EVEN, Timestep.ODD):
            field = ps.fields(f"f({stencil.Q}): float32[{n},{n},{n}]", layout="fzyx")
            config = LBMConfig(stencil=stencil, method=Method.SRT, relaxation_rate=1.7, streaming_pattern=pattern, timestep=parity)
            rule = create_lb_update_rule(lbm_config=config, lbm_optimisation=LBMOptimisation(symbolic_field=field))
            kernels.append(ps.create_kernel(rule, _configuration(ps, threads)).compile())
    a = np.zeros((n, n, n, stencil.Q), np.float32, order="F")

    def call() -> None:
        for kernel in kernels:
            kernel(f=a)

    return call, 2, (n - 2) ** 3


def _configuration(ps: object, threads: int) -> object:
    found = ps.CreateKernelConfig(target=ps.Target.CurrentCPU, default_dtype="float32")  # type: ignore[attr-defined]
    found.cpu.openmp.enable = threads > 1
    if threads > 1:
        found.cpu.openmp.num_threads = threads
    return found
