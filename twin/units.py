"""Units at the border: `"50 km/h"` becomes an SI float; everything inside is SI and radians.

A spec declares a field as `Length`, `Angle`, ...: a number is taken as SI, text must carry a unit of the right
dimension. pint is imported only when text with a unit is met, and each text is converted once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

__all__ = [
    "Acceleration", "Angle", "AngularAcceleration", "AngularJerk", "AngularSpeed", "Area", "Bytes", "Density", "Energy",
    "Force", "Fraction", "HeatCapacity", "Jerk", "Length", "Mass", "Power",
    "Pressure", "Rate", "Speed", "Stiffness", "Temperature",
    "Time", "Torque", "Unit", "Viscosity", "si",
]  # fmt: skip


class _Number(float):
    """What pint computes with. As whole numbers a few letters of text, `10**10**10 m`, would take all memory and time."""


@cache
def _registry() -> Any:
    import pint

    registry = pint.UnitRegistry(autoconvert_offset_to_baseunit=True, non_int_type=_Number)
    registry.formatter.default_format = "~"
    return registry


@cache
def si(text: str, unit: str) -> float:
    """Value of `text` ("50 km/h") in `unit` ("m/s").

    Raises:
        ValueError: no unit in the text, an unknown unit, or one of another dimension; the message says which.
    """
    prepared = text.strip().replace("%", " percent")
    try:
        quantity = _registry().Quantity(prepared)
    except Exception as error:  # pint raises many kinds, tokenizer errors among them
        raise ValueError(f"{text!r} is not a number with a unit such as '1 {unit or '%'}'") from error
    if quantity.unitless and "percent" not in prepared:
        if unit:
            raise ValueError(f"{text!r} has no unit; write e.g. '{text.strip()} {unit}', or the bare SI number")
        return float(quantity.magnitude)
    target = _registry().Unit(unit) if unit else _registry().dimensionless
    if not quantity.is_compatible_with(target):
        raise ValueError(f"{text!r} is {_named(quantity)}, not {_named(1 * target)}; write e.g. '1 {unit or '%'}'")
    return float(quantity.to(target).magnitude)


def _named(quantity: Any) -> str:
    return str(quantity.dimensionality).strip("()") or "a pure number"


@dataclass(frozen=True)
class Unit:
    """Marks a float field as a quantity in `symbol` (empty: a pure number, per cent allowed)."""

    symbol: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        number: dict[str, Any] = dict(handler(schema))
        number["x-unit"] = self.symbol or "1"
        text = {"type": "string", "description": f"text with a unit, such as '1 {self.symbol or '%'}'"}
        described: dict[str, Any] = {k: number.pop(k) for k in ("title", "description", "default", "x-unit") if k in number}
        return {"anyOf": [number, text], **described}

    def _read(self, given: Any) -> Any:
        if isinstance(given, bool):
            raise PydanticCustomError("quantity", "a truth value is not a quantity; allowed: a number or text in {u}", {"u": self.symbol})
        if isinstance(given, str):
            try:
                given = si(given, self.symbol)
            except ValueError as error:
                raise PydanticCustomError("quantity", "{why}", {"why": str(error)}) from error
        if isinstance(given, float) and not math.isfinite(given):
            raise PydanticCustomError("quantity", "the value is not finite; allowed: a finite number or text with a unit", {})
        return given


Length = Annotated[float, Unit("m")]
Area = Annotated[float, Unit("m^2")]
Angle = Annotated[float, Unit("rad")]
Time = Annotated[float, Unit("s")]
Mass = Annotated[float, Unit("kg")]
Speed = Annotated[float, Unit("m/s")]
Acceleration = Annotated[float, Unit("m/s^2")]
Jerk = Annotated[float, Unit("m/s^3")]
AngularSpeed = Annotated[float, Unit("rad/s")]
AngularAcceleration = Annotated[float, Unit("rad/s^2")]
AngularJerk = Annotated[float, Unit("rad/s^3")]
Force = Annotated[float, Unit("N")]
Torque = Annotated[float, Unit("N*m")]
Energy = Annotated[float, Unit("J")]
Power = Annotated[float, Unit("W")]
Pressure = Annotated[float, Unit("Pa")]
Stiffness = Annotated[float, Unit("N/m")]
Rate = Annotated[float, Unit("1/s")]
Temperature = Annotated[float, Unit("K")]
HeatCapacity = Annotated[float, Unit("J/(kg*K)")]
Density = Annotated[float, Unit("kg/m^3")]
Viscosity = Annotated[float, Unit("Pa*s")]
Bytes = Annotated[float, Unit("B")]
Fraction = Annotated[float, Unit("")]
