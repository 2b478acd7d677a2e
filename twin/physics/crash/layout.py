"""Where everything stands in a block of elements: rows of 64 lanes."""

from __future__ import annotations

__all__ = ["CONSTANTS", "COUNT", "ENERGY", "HELD", "HOURGLASS", "LANES", "MASS", "PLASTIC", "STEP", "STRESS", "TEMPERATURE", "VISCOUS"]

LANES = 64
"""Elements of a block: as many as keep the block's numbers in the cache nearest to the processor."""

# rows of a block's state
STRESS = 0  # 6: xx, yy, zz, xy, yz, zx [Pa]
PLASTIC = 6  # equivalent plastic strain
ENERGY = 7  # internal energy [J]
HOURGLASS = 8  # work against hourglass forces [J]
MASS = 9  # of the element [kg]
TEMPERATURE = 10  # [K]
STEP = 11  # critical time step [s]
HELD = 12  # 12: stresses of elastic hourglass control [Pa], order: `hourglass.curling`
VISCOUS = 24  # pressure of the bulk viscosity [Pa]
COUNT = 25

# columns of a material's constants
CONSTANTS = {
    name: column
    for column, name in enumerate(
        [
            "bulk", "shear", "modulus", "yield0", "slope", "viscous", "elastic", "quadratic", "linear", "failure",
            "cs_c", "cs_p", "jc_a", "jc_b", "jc_n", "jc_c", "jc_m", "jc_rate0", "jc_room", "jc_melting", "heat", "share",
            *(f"strain_{k}" for k in range(8)), *(f"slope_{k}" for k in range(8)),
        ]
    )
}  # fmt: skip
