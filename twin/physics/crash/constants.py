"""From a material to the constants that loops take, and the bundled materials."""

from __future__ import annotations

from functools import cache
from math import sqrt

import numpy as np
import yaml
from pydantic import ValidationError

from twin import assets
from twin.errors import BadInput, UnknownName
from twin.physics.crash.lanes import JOHNSON_COOK, LINEAR, TABLE
from twin.physics.crash.layout import CONSTANTS
from twin.physics.crash.material_spec import MaterialSpec
from twin.physics.crash.plasticity import POINTS

__all__ = ["constants_of", "law_of", "material", "materials", "moduli", "room_of", "sound"]

NEVER = 1e30  # [Pa] yield stress of what does not yield


@cache
def materials() -> dict[str, MaterialSpec]:
    """The bundled materials by name.

    Raises:
        BadInput: a file that is none.
    """
    found = {}
    for file in sorted((assets.root() / "materials").glob("*.yaml")):
        try:
            found[file.stem] = MaterialSpec.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        except (yaml.YAMLError, ValidationError) as error:
            raise BadInput(str(file), "a file that cannot be read", "a material", str(error)) from error
    return found


def material(given: str | MaterialSpec, where: str) -> MaterialSpec:
    """A material by its name, or as it was written.

    Raises:
        UnknownName: no bundled material has the name.
    """
    if not isinstance(given, str):
        return given
    if given not in materials():
        raise UnknownName(where, given, materials())
    return materials()[given]


def moduli(m: MaterialSpec) -> tuple[float, float, float]:
    """Bulk modulus, shear modulus, modulus of plane waves K + 4/3 G [Pa]."""
    bulk, shear = m.young / 3 / (1 - 2 * m.poisson), m.young / 2 / (1 + m.poisson)
    return bulk, shear, bulk + 4 / 3 * shear


def sound(m: MaterialSpec) -> float:
    """Speed of plane waves [m/s]."""
    return sqrt(moduli(m)[2] / m.density)


def law_of(m: MaterialSpec) -> int:
    """Which of the loops' laws."""
    if m.johnson_cook is not None:
        return JOHNSON_COOK
    return TABLE if m.curve is not None or m.rate is not None else LINEAR


def room_of(m: MaterialSpec) -> float:
    """Temperature at the start [K]."""
    return m.johnson_cook.room if m.johnson_cook is not None else 293.15


def constants_of(m: MaterialSpec, *, viscous: float, elastic: float, linear: float, quadratic: float) -> np.ndarray:
    """A row of constants, columns as in `layout.CONSTANTS`.

    Args:
        viscous, elastic: of hourglass control; linear, quadratic: of bulk viscosity.
    """
    bulk, shear, modulus = moduli(m)
    values = {
        "bulk": bulk, "shear": shear, "modulus": modulus, "viscous": viscous, "elastic": elastic, "linear": linear, "quadratic": quadratic,
        "yield0": NEVER if m.yield_stress is None else m.yield_stress, "slope": m.hardening, "failure": m.failure_strain or 0.0,
        "heat": 1.0,
    }  # fmt: skip
    if m.rate is not None:
        values |= {"cs_c": m.rate.c, "cs_p": m.rate.p}
    if m.johnson_cook is not None:
        law = m.johnson_cook
        values |= {f"jc_{name}": getattr(law, name) for name in ("a", "b", "n", "c", "m", "rate0", "room", "melting")}
        values |= {"heat": m.density * law.specific_heat, "share": law.share, "yield0": law.a}
    curve = m.curve or ((0.0, values["yield0"]), (1.0, values["yield0"] + m.hardening))
    strains, stresses = np.array(curve).T
    slopes = np.diff(stresses) / np.diff(strains)
    changes = np.diff(slopes, prepend=0.0, append=0.0)  # the last straight goes on level
    changes[-1] = -slopes[-1] if m.curve is not None else 0.0
    for k in range(POINTS):
        values |= {f"strain_{k}": strains[k] if k < len(strains) else 1e30, f"slope_{k}": changes[k] if k < len(strains) else 0.0}
    if m.curve is not None:
        values["yield0"] = stresses[0]
    row = np.zeros(len(CONSTANTS))
    for name, value in values.items():
        row[CONSTANTS[name]] = value
    return row
