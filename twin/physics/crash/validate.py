"""`twin validate crash`: exact answers of mechanics, and the Taylor bar of the literature."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from twin.physics.crash.canonical import STEEL, johnson_cook_gap, patch, ran, spin, taylor
from twin.physics.crash.constants import materials
from twin.physics.crash.human_formula import peak_force
from twin.physics.crash.signals import STANDARD_GRAVITY, cfc, hic
from twin.result.model import Result

__all__ = ["CASES", "QUICK", "rows"]

Answer = tuple[str, float, float, float, str]  # quantity, value, reference, tolerance (absolute), source
Case = Callable[[], Iterator[Answer]]
WAVES = "one-dimensional waves, exact"


def rows(quick: bool, say: Callable[[str], None] = lambda text: None) -> list[dict[str, Any]]:
    """One row a quantity."""
    found = []
    for case, budget in CASES.items():
        if quick and case not in QUICK:
            continue
        begin = time.perf_counter()
        answers = list(case())
        seconds = time.perf_counter() - begin
        name = case.__name__.replace("_", " ")
        say(f"{name}: {seconds:.0f} s of {budget} s")
        found += [
            {
                "kind": "crash", "case": name, "quantity": quantity, "value": value, "reference": reference, "source": source,
                "tolerance": tolerance, "ok": bool(abs(value - reference) <= tolerance), "seconds": round(seconds, 1), "budget": budget,
            }
            for quantity, value, reference, tolerance, source in answers
        ]  # fmt: skip
    return found


def one_element() -> Iterator[Answer]:
    """A crooked hexahedron."""
    yield "patch test: stress, relative error", patch(), 0.0, 1e-6, "Hooke's law"
    yield "stress after a turn by 360 deg, relative error", spin(), 0.0, 1e-6, "objectivity"
    for name in ("copper_ofhc", "iron_armco", "steel_4340"):
        stress, heat = johnson_cook_gap(materials()[name])
        yield f"{name}: stress against the law, relative", stress, 0.0, 1e-6, "Johnson & Cook 1983"
        yield f"{name}: heat against its work, relative", heat, 0.0, 1e-6, "Johnson & Cook 1983"


def crash_signals() -> Iterator[Answer]:
    """The SAE filter and the head injury criterion."""
    dt, impulse = 1e-5, np.zeros(20_000)
    impulse[len(impulse) // 2] = 1.0
    for frequency_class in (60, 180, 600, 1000):
        frequency = 1.667 * frequency_class
        answer = cfc(impulse, dt, frequency_class)
        found = abs((answer * np.exp(-2j * math.pi * frequency * dt * np.arange(len(answer)))).sum())
        wa = math.tan(math.pi * frequency_class * 2.0775 * dt)
        exact = 1 / (1 + (math.tan(math.pi * frequency * dt) / wa) ** 4)
        yield f"CFC {frequency_class}: gain at 1.667 CFC (-3 dB is 0.708)", found, exact, 1e-6, "SAE J211-1"
    peak, length = 80.0, 0.02
    t = np.linspace(0.0, length, 4001)
    value, begin, end = hic(peak * STANDARD_GRAVITY * np.sin(math.pi * t / length), float(t[1]), 0.036)
    exact = 0.41465 * peak**2.5 * length
    yield "HIC of a half sine of 80 g and 20 ms", value, exact, 1e-4 * exact, "0.41465 A^2.5 T"
    yield "its window over its length", (end - begin) / length, 0.6702, 1e-3, "0.6702"


def human_contact() -> Iterator[Answer]:
    """A robot and a chest as two masses and a spring, integrated, beside the formula of ISO/TS 15066."""
    robot, body, stiffness, speed = 25.0, 40.0, 25e3, 0.5
    gap, v, dt, peak = 0.0, speed, 1e-6, 0.0
    mu = 1 / (1 / robot + 1 / body)
    while v > -speed * 0.99:
        v -= dt * stiffness * gap / mu
        gap += dt * v
        peak = max(peak, stiffness * gap)
    found = peak_force(speed, mu, stiffness)
    yield "peak force [N]", found, peak, 1e-4 * peak, "ISO/TS 15066:2016, Annex A; confirm against the standard"


def elastic_bar() -> Iterator[Answer]:
    """Flies against a rigid wall, is at rest from the foot on, and flies back."""
    length, side, speed, sound = 0.1, 2e-3, 10.0, math.sqrt(210e9 / 7850)
    found = ran(
        {
            "model": {"shape": {"bar": {"length": length, "width": side, "counts": [1, 1, 500]}}, "material": {**STEEL, "poisson": 0.0}},
            "impact": {"speed": speed},
            "until": 3 * length / sound,
            "samples": 600,
        }
    )
    stress = 7850 * sound * speed
    yield "stress [MPa]", _plateau(found, 2 * length / sound) / side**2 / 1e6, stress / 1e6, 0.01 * stress / 1e6, WAVES
    yield "contact time [us]", 1e6 * _value(found, "contact_time.impact"), 2e6 * length / sound, 2e4 * length / sound, WAVES
    yield "rebound speed [m/s]", _value(found, "rebound_speed.model"), speed, 0.01 * speed, WAVES
    yield "energy that does not fly back, relative", 1 - _value(found, "kinetic_energy") / _start(found), 0.0, 0.02, WAVES
    yield "energy error", _value(found, "energy_error"), 0.0, 0.005, "balance"


def bilinear_bar() -> Iterator[Answer]:
    """The same with a yield stress: an elastic wave runs ahead of a plastic one."""
    length, side, speed, strength = 0.1, 1e-3, 10.0, 250e6
    sound = math.sqrt(210e9 / 7850)
    tangent = 21e9
    found = ran(
        {
            "model": {
                "shape": {"bar": {"length": length, "width": side, "counts": [1, 1, 200]}},
                "material": {**STEEL, "yield_stress": strength, "hardening": tangent / (1 - tangent / 210e9)},
            },
            "impact": {"speed": speed},
            "until": 1.8 * length / sound,
            "samples": 400,
        }
    )
    exact = strength + 7850 * math.sqrt(tangent / 7850) * (speed - strength / (7850 * sound))
    area = side**2 * (1 + 2 * 0.4 * exact / 210e9)
    yield "stress [MPa]", _plateau(found, 1.6 * length / sound) / area / 1e6, exact / 1e6, 0.02 * exact / 1e6, WAVES
    yield "energy error", _value(found, "energy_error"), 0.0, 0.005, "balance"


def two_bars() -> Iterator[Answer]:
    """Equal elastic bars exchange their momentum."""
    length, side, speed, sound = 0.05, 5e-3, 10.0, math.sqrt(210e9 / 7850)
    bar = {"shape": {"bar": {"length": length, "width": side, "counts": [2, 2, 80]}}, "material": {**STEEL, "poisson": 0.0}}
    found = ran(
        {
            "parts": {"still": bar, "fast": {**bar, "position": [0, 0, length], "velocity": [0, 0, -speed]}},
            "until": 3 * length / sound,
            "samples": 600,
        }
    )
    force = _history(found, "contact_force.still")
    inside = found.series.t if found.series is not None else np.zeros(0)
    level = force[(inside > 0.3 * length / sound) & (inside < 1.7 * length / sound)]
    exact = 7850 * sound * speed / 2
    yield "stress between them [MPa]", float(level.mean()) / side**2 / 1e6, exact / 1e6, 0.01 * exact / 1e6, WAVES
    yield "speed of the one that was hit [m/s]", _value(found, "rebound_speed.still"), speed, 0.01 * speed, WAVES
    yield "speed of the other [m/s]", _value(found, "rebound_speed.fast"), 0.0, 0.01 * speed, WAVES
    yield "energy error", _value(found, "energy_error"), 0.0, 0.01, "balance"


def hertz() -> Iterator[Answer]:
    """Two steel balls, both deformable, a quarter of each; five elements across the contact's radius, no force law put in."""
    radius, speed, poisson, young = 0.01, 0.53, 0.3, 210e9
    ball = {
        "shape": {"sphere": {"diameter": 2 * radius, "cells": 32, "part": "quarter", "refine": 16}}, "material": STEEL,
        "hourglass": {"viscous": 0.0, "elastic": 0.05},
    }  # fmt: skip
    above = {**ball, "velocity": [0, 0, -speed], "hold": {"x_low": "x", "y_low": "y"}}
    below = {**ball, "roll": math.pi, "yaw": math.pi / 2, "hold": {"x_low": "y", "y_low": "x"}}
    mass = 4 / 3 * math.pi * radius**3 * 7850 / 2
    k = 4 / 3 * young / (2 * (1 - poisson**2)) * math.sqrt(radius / 2)
    depth = (5 * mass * speed**2 / (4 * k)) ** 0.4
    duration = 2.943 * depth / speed
    found = ran(
        {
            "parts": {"above": above, "below": below},
            "contact": {"stiffness": 5.0},
            "until": 1.1 * duration,
            "samples": 400,  # bulk viscosity as it comes: without, the contact rattles, and a last bit decides how much
            "intrusions": {"centres": [{"part": "above", "near": [0, 0, radius]}, {"part": "below", "near": [0, 0, -radius]}]},
        }
    )
    force, t = 4 * _history(found, "contact_force.below"), found.series.t if found.series is not None else np.zeros(1)
    touching = t[force > 1e-3 * force.max()]
    source = "Hertz 1881"
    yield "approach [um]", 1e6 * _value(found, "intrusion.centres"), 1e6 * depth, 0.05e6 * depth, source
    yield "largest force [N]", float(force.max()), k * depth**1.5, 0.05 * k * depth**1.5, source
    yield "duration [us]", 1e6 * float(np.ptp(touching)), 1e6 * duration, 0.05e6 * duration, source
    yield "energy error", _value(found, "energy_error"), 0.0, 0.01, "balance"


def cantilever() -> Iterator[Answer]:
    """A beam, clamped, suddenly loaded at its tip: swings about its static deflection with its first frequency."""
    length, height, width, force, young = 0.1, 5e-3, 1e-3, 1.0, 210e9
    inertia = width * height**3 / 12
    period = 2 * math.pi * length**2 / 3.51602 * math.sqrt(7850 * width * height / (young * inertia))
    static = force * length**3 / (3 * young * inertia) * (1 + 0.78 * (height / length) ** 2)  # bending and shear (Timoshenko)
    shape = {"cantilever": {"length": length, "width": width, "height": height, "counts": [100, 1, 8]}}
    found = ran(
        {
            "model": {"shape": shape, "material": STEEL, "hold": {"clamp": "xyz"}},
            "forces": {"push": {"on": {"set": "tip"}, "vector": [0, 0, -force]}},
            "displacements": {"tip": {"set": "tip"}},
            "until": 2 * period,
            "samples": 1000,
        }
    )
    t, way = (found.series.t, -found.series.columns["displacement.tip.z"]) if found.series is not None else (np.zeros(2), np.zeros(2))
    frequency, mean = _swing(t, way, 1 / period)
    yield "first frequency [Hz]", frequency, 1 / period, 0.02 / period, "Euler-Bernoulli beam"
    yield "static deflection [um]", 1e6 * mean, 1e6 * static, 0.02e6 * static, "Timoshenko beam"
    yield "energy error", _value(found, "energy_error"), 0.0, 0.005, "balance"


def _swing(t: np.ndarray, way: np.ndarray, guess: float) -> tuple[float, float]:
    """Frequency and mean of a + b cos + c sin that fits best, within a tenth of the guess."""
    fits = []
    for frequency in np.linspace(0.9, 1.1, 801) * guess:
        shapes = np.stack([np.ones_like(t), np.cos(2 * math.pi * frequency * t), np.sin(2 * math.pi * frequency * t)], axis=1)
        found, rest, _, _ = np.linalg.lstsq(shapes, way, rcond=None)
        fits.append((float(rest[0]) if len(rest) else math.inf, float(frequency), float(found[0])))
    _, frequency, mean = min(fits)
    return frequency, mean


def taylor_bar() -> Iterator[Answer]:
    """Copper at 227 m/s on three meshes. The published wall holds the foot: u_z = 0."""
    source = "Foulk 2021 (7.22, converged), Simo 1992 (7.12), Zienkiewicz 1998 (7.11)"
    radii = []
    for across in (3, 4, 6):
        radius, length, strain, error = taylor(across)
        radii.append(radius)
        yield f"radius, {across} elements across [mm]", radius, 7.15, 0.10, source
        yield f"length, {across} elements across [mm]", length, 21.45, 0.25, "about 21.4"
        yield f"energy error, {across} elements across", error, 0.0, 0.005, "balance"
        if across == 4:
            yield "largest plastic strain, 4 elements across", strain, 3.04, 0.3, "about 3"
    # first order in the size of an element, as corners and edges make it
    yield "radius, extrapolated from 4 and 6 elements across [mm]", 3 * radii[2] - 2 * radii[1], 7.22, 0.05, "Foulk 2021"


CASES: dict[Case, int] = {
    one_element: 60, crash_signals: 10, human_contact: 10, elastic_bar: 60, bilinear_bar: 30, two_bars: 60, cantilever: 120, hertz: 300,
    taylor_bar: 300,
}  # fmt: skip
"""Case -> seconds that it may take on two cores."""

QUICK: tuple[Case, ...] = (one_element, crash_signals, human_contact, elastic_bar, bilinear_bar, two_bars)


def _value(found: Result, name: str) -> float:
    return found.scalars[name].value if name in found.scalars else math.nan


def _history(found: Result, name: str) -> np.ndarray:
    return found.series.columns[name] if found.series is not None else np.zeros(1)


def _start(found: Result) -> float:
    return float(_history(found, "kinetic")[0])


def _plateau(found: Result, end: float) -> float:
    """Mean force on the wall [N] between a third and nine tenths of the contact."""
    t = found.series.t if found.series is not None else np.zeros(1)
    level: np.ndarray = _history(found, "force.impact")[(t > 0.3 * end) & (t < 0.9 * end)]
    return float(level.mean()) if len(level) else math.nan
