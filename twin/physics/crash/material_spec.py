"""What a user writes about a material."""

from __future__ import annotations

from itertools import pairwise

from pydantic import Field, model_validator

from twin.physics.crash.plasticity import POINTS
from twin.scenario.schema import Spec
from twin.units import Density, Fraction, HeatCapacity, Pressure, Rate, Temperature

__all__ = ["CowperSymonds", "JohnsonCook", "MaterialSpec"]


class CowperSymonds(Spec):
    """Yield stress times 1 + (rate / c)^(1/p)."""

    c: Rate = Field(gt=0, description="strain rate that doubles the yield stress [1/s]; mild steel 40")
    p: float = Field(gt=0, le=100, description="exponent; mild steel 5")


class JohnsonCook(Spec):
    """Yield stress (a + b ep^n) (1 + c ln(rate / rate0)) (1 - T*^m), heated by its own plastic work."""

    a: Pressure = Field(gt=0, description="[Pa]")
    b: Pressure = Field(ge=0, description="[Pa]")
    n: float = Field(gt=0, le=2, description="hardening exponent")
    c: float = Field(ge=0, le=1, description="rate coefficient")
    m: float = Field(gt=0, le=10, description="thermal exponent")
    rate0: Rate = Field(1.0, gt=0, description="reference strain rate [1/s]; 1 in most tables, below it no rate effect")
    room: Temperature = Field(293.15, gt=0, description="reference temperature, that of the start [K]")
    melting: Temperature = Field(gt=0, description="[K]")
    specific_heat: HeatCapacity = Field(gt=0, description="[J/(kg K)]")
    share: Fraction = Field(0.9, ge=0, le=1, description="part of the plastic work that becomes heat (Taylor and Quinney)")

    @model_validator(mode="after")
    def _melts_later(self) -> JohnsonCook:
        if self.melting <= self.room:
            raise ValueError("melting must be above room temperature")
        return self


class MaterialSpec(Spec):
    """Elastic; with a yield stress, a curve or Johnson and Cook's law it flows plastically; rigid it does neither."""

    density: Density = Field(gt=0, le=1e5, description="[kg/m^3]")
    young: Pressure = Field(gt=0, le=2e12, description="Young's modulus [Pa]; of a rigid body it decides how stiff contact is")
    poisson: float = Field(0.3, ge=0, lt=0.5, description="Poisson's ratio")
    yield_stress: Pressure | None = Field(None, gt=0, description="at no plastic strain [Pa]; without one elastic")
    hardening: Pressure = Field(0.0, ge=0, description="stress gained per plastic strain: plastic modulus [Pa]")
    curve: tuple[tuple[float, Pressure], ...] | None = Field(
        None, description="instead of both: pairs of plastic strain and yield stress [Pa], strains rising from 0, at most 8"
    )
    rate: CowperSymonds | None = Field(None, description="Cowper and Symonds' rate effect on yield stress or curve")
    johnson_cook: JohnsonCook | None = Field(None, description="instead of yield stress or curve")
    failure_strain: float | None = Field(None, gt=0, le=1e3, description="plastic strain at which elements fail and are taken out")
    rigid: bool = Field(False, description="moves as one piece")
    source: str = Field("", description="where the figures are from")

    @model_validator(mode="after")
    def _one_law(self) -> MaterialSpec:
        laws = {"yield_stress": self.yield_stress, "curve": self.curve, "johnson_cook": self.johnson_cook}
        given = [name for name, law in laws.items() if law is not None]
        if len(given) > 1:
            raise ValueError(f"only one of yield_stress, curve and johnson_cook; given: {', '.join(given)}")
        if self.rate is not None and (not given or given == ["johnson_cook"]):
            raise ValueError("a rate effect wants a yield_stress or a curve; Johnson and Cook's law has its own")
        if self.rigid and given:
            raise ValueError(f"a rigid material does not yield; leave {given[0]} away")
        if self.failure_strain is not None and not given:
            raise ValueError("a failure_strain wants a yield_stress, a curve or Johnson and Cook's law: it is a plastic strain")
        if self.hardening and self.yield_stress is None:
            raise ValueError("hardening wants a yield_stress")
        return self

    @model_validator(mode="after")
    def _curve_rises(self) -> MaterialSpec:
        if self.curve is not None:
            strains, stresses = [e for e, _ in self.curve], [s for _, s in self.curve]
            if not 2 <= len(self.curve) <= POINTS:
                raise ValueError(f"a curve has 2 to {POINTS} pairs, not {len(self.curve)}")
            if strains[0] != 0 or any(b <= a for a, b in pairwise(strains)):
                raise ValueError("plastic strains of a curve start at 0 and rise")
            if stresses[0] <= 0 or any(b < a for a, b in pairwise(stresses)):
                raise ValueError("yield stresses of a curve are positive and do not fall: softening would depend on the mesh")
            shear = self.young / 2 / (1 + self.poisson)
            if any(t - s > shear * (e - d) for (d, s), (e, t) in pairwise(self.curve)):
                raise ValueError(f"a curve rises by at most the shear modulus, {shear:.3g} Pa, per plastic strain")
        return self
