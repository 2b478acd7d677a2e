"""Housings of the H10-W-style stand-in, part by part, in link frames: light shells, dark joints, orange accents."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from robots.catalogue.h10w_shapes import ACCENT, DARK, LIGHT, RUBBER, Part, block, disc, put, tube

if TYPE_CHECKING:
    from robots.catalogue.h10w import Parameters

__all__ = ["arm_link", "base", "column", "finger", "hand", "head", "neck", "torso", "wheel"]

QUARTER = math.pi / 2


def base(p: Parameters) -> list[Part]:
    """Chassis, hood, light band, laser scanner, casters."""
    length, width, height = p.base_size
    low, top = p.base_clearance, p.base_clearance + height
    hood = put(block((length, width, top - 0.15), LIGHT, corner=0.10, edge=0.028, top=(0.90, 0.88)), z=0.15)
    outline = (0.0, 0.046), (0.004, 0.050), (0.012, 0.050), (0.014, 0.044), (0.034, 0.044), (0.036, 0.050), (0.046, 0.050), (0.052, 0.044)
    scanner = tube(outline, DARK, points=18)
    parts = [
        put(block((length - 0.03, width - 0.115, 0.15 - low), DARK, corner=0.07, edge=0.012), z=low),
        put(block((length - 0.004, width - 0.004, 0.014), ACCENT, corner=0.10, edge=0.004), z=0.143),
        hood,
        put(block((0.20, 0.26, 0.022), DARK, corner=0.04, edge=0.006), x=p.column_x, z=top - 0.010),
        put(scanner, x=0.19, z=top - 0.006),
        put(block((0.05, 0.20, 0.035), DARK, corner=0.015, edge=0.006), x=length / 2 - 0.029, z=0.185),
    ]  # fmt: skip
    for x in (-0.235, 0.235):
        for y in (-0.12, 0.12):
            parts.append(put(disc(0.035, 0.026, RUBBER, points=16), x=x, y=y, z=0.035, roll=QUARTER))
            parts.append(put(block((0.05, 0.05, 0.03), DARK, corner=0.012, edge=0.004), x=x, y=y, z=0.04))
    return parts


def wheel(p: Parameters) -> list[Part]:
    """Tyre, rim and hub cap; the outer face looks along +y."""
    tyre, r = disc(p.wheel_radius, 0.045, RUBBER, edge=0.010, points=30), p.wheel_radius
    return [
        put(tyre, roll=QUARTER),
        put(disc(0.70 * r, 0.050, LIGHT, edge=0.004), roll=QUARTER),
        put(disc(0.30 * r, 0.056, ACCENT, edge=0.003, points=16), roll=QUARTER),
    ]


def column(p: Parameters) -> list[Part]:
    """Outer tube of the telescopic lift with a dark guide on its front."""
    foot = p.base_clearance + p.base_size[2]
    x, y, z = p.column
    return [
        put(block((x, y, z), LIGHT, corner=0.045, edge=0.010), x=p.column_x, z=foot),
        put(block((0.02, 0.075, z - 0.06), DARK, corner=0.008, edge=0.004), x=p.column_x + x / 2 - 0.006, z=foot + 0.03),
        put(block((0.022, 0.012, z - 0.10), ACCENT, corner=0.004, edge=0.003), x=p.column_x + x / 2 - 0.004, z=foot + 0.05),
        put(block((x + 0.012, y + 0.012, 0.03), DARK, corner=0.05, edge=0.008), x=p.column_x, z=foot + z - 0.022),
    ]


def torso(p: Parameters) -> list[Part]:
    """Inner mast, carriage, chest, and the sockets of the two shoulders."""
    from robots.catalogue.h10w import RADII, SIDES, shoulder

    parts = [
        put(block((0.13, 0.18, 0.68), DARK, corner=0.035, edge=0.008), x=p.column_x, z=-0.62),
        put(block((0.16, 0.20, 0.26), DARK, corner=0.03, edge=0.012), x=-0.07, z=-0.15),
        put(block((0.150, 0.185, 0.20), LIGHT, corner=0.06, edge=0.020, top=(1.30, 1.50)), x=0.075, z=-0.225),
        put(block((0.196, 0.278, 0.165), LIGHT, corner=0.075, edge=0.030, top=(0.86, 0.80)), x=0.075, z=-0.026),
        put(block((0.150, 0.200, 0.010), ACCENT, corner=0.05, edge=0.003), x=0.075, z=-0.228),
        put(block((0.02, 0.11, 0.055), DARK, corner=0.008, edge=0.005), x=0.167, z=0.000),
        put(block((0.022, 0.07, 0.006), ACCENT, corner=0.003, edge=0.002), x=0.1675, z=-0.018),
    ]
    for sign in SIDES.values():
        T = shoulder(p, sign)
        socket = tube(
            [(-0.150, RADII[0] - 0.004), (-0.102, RADII[0] + 0.004), (-0.092, RADII[0] + 0.002), (-0.088, RADII[0] - 0.006)], DARK
        )
        parts.append(Part(socket.triangles @ T[:3, :3].T + T[:3, 3], DARK))
    return parts


def neck() -> list[Part]:
    """A dark stem."""
    return [tube([(-0.012, 0.050), (-0.004, 0.050), (0.004, 0.040), (0.030, 0.034), (0.075, 0.034), (0.080, 0.028)], DARK)]


def head() -> list[Part]:
    """A light shell, a dark visor around the front, two cameras and a line of light."""
    visor = put(block((0.110, 0.196, 0.074), DARK, corner=0.045, edge=0.012), x=0.058, z=0.030)
    lenses = [put(disc(0.017, 0.010, RUBBER, edge=0.003, points=24), x=0.113, y=y, z=0.070, pitch=QUARTER) for y in (-0.048, 0.048)]
    rings = [put(disc(0.021, 0.006, LIGHT, edge=0.002, points=24), x=0.112, y=y, z=0.070, pitch=QUARTER) for y in (-0.048, 0.048)]
    return [
        put(block((0.160, 0.205, 0.145), LIGHT, corner=0.065, edge=0.034, top=(0.88, 0.92)), x=0.020, z=-0.015),
        visor,
        put(block((0.108, 0.10, 0.006), ACCENT, corner=0.045, edge=0.002), x=0.0605, z=0.036),
        put(disc(0.034, 0.222, DARK, edge=0.006), roll=QUARTER, z=0.012),
        *rings,
        *lenses,
    ]


def arm_link(i: int, low: float, high: float, radii: tuple[float, float, float]) -> list[Part]:
    """Link i of the seven: even ones (0, 2, 4) end in the dome that holds a bend, odd ones begin in its ball."""
    shoulder, elbow, wrist = radii
    match i:
        case 0:
            return [_collar(low, shoulder), _dome(low + 0.010, 0.0, shoulder - 0.002, shoulder)]
        case 1:
            return [*_bend(shoulder), _taper(0.0, high - 0.006, shoulder - 0.006, elbow + 0.002)]
        case 2:
            return [_collar(-0.006, elbow), _dome(0.006, high, elbow, elbow)]
        case 3:
            return [*_bend(elbow), _taper(0.0, high - 0.006, elbow - 0.005, wrist + 0.002)]
        case 4:
            return [_collar(-0.006, wrist), _dome(0.006, high, wrist, wrist - 0.002)]
        case 5:
            return [*_bend(wrist - 0.002), _taper(0.0, high - 0.002, wrist - 0.006, 0.040)]
        case _:
            return [
                tube([(-0.002, 0.034), (0.0, 0.037), (0.010, 0.038), (0.012, 0.038)], DARK),
                tube([(0.012, 0.0385), (0.013, 0.0395), (0.019, 0.0395), (0.020, 0.0385)], ACCENT),
                tube([(0.020, 0.038), (high - 0.010, 0.038), (high - 0.008, 0.042), (high - 0.002, 0.042), (high, 0.040)], DARK),
            ]


def _collar(z: float, radius: float) -> Part:
    """The dark ring where a link rolls."""
    return tube([(z, radius - 0.006), (z + 0.001, radius - 0.004), (z + 0.012, radius - 0.004), (z + 0.013, radius - 0.006)], DARK)


def _taper(low: float, high: float, r_low: float, r_high: float) -> Part:
    """A light housing with rounded end."""
    return tube(
        [(low, r_low), (high - 0.030, r_high), (high - 0.004, r_high), (high - 0.001, r_high - 0.0015), (high, r_high - 0.005)], LIGHT
    )


def _dome(low: float, centre: float, r_low: float, r_high: float) -> Part:
    """A light housing that ends in half a ball about `centre`."""
    start = [(low, r_low - 0.005), (low + 0.001, r_low - 0.0015), (low + 0.004, r_low), (min(low + 0.05, (low + centre) / 2), r_low)]
    arc = [(centre + r_high * math.sin(a), r_high * math.cos(a)) for a in (math.radians(d) for d in (0, 15, 30, 45, 60, 72, 82))]
    return tube([*start, *arc], LIGHT)


def _bend(radius: float) -> list[Part]:
    """The dark drum about y that shows a bend, with orange caps."""
    return [
        put(disc(0.80 * radius, 2 * radius + 0.010, DARK, edge=0.004), roll=QUARTER),
        put(disc(0.50 * radius, 2 * radius + 0.015, ACCENT, edge=0.003, points=18), roll=QUARTER),
        put(disc(0.36 * radius, 2 * radius + 0.018, DARK, edge=0.002, points=18), roll=QUARTER),
    ]


def hand(p: Parameters) -> list[Part]:
    """Adapter, palm, the rail of the fingers, a camera."""
    return [
        tube([(0.0, 0.040), (0.006, 0.042), (0.012, 0.042), (0.014, 0.040)], DARK),
        put(block((0.078, 0.126, 0.048), LIGHT, corner=0.024, edge=0.012, top=(0.94, 1.14)), z=0.010),
        put(block((0.052, 0.150, 0.018), DARK, corner=0.010, edge=0.004), z=0.057),
        put(block((0.060, 0.060, 0.004), ACCENT, corner=0.015, edge=0.001), z=0.056),
        put(block((0.022, 0.046, 0.026), DARK, corner=0.008, edge=0.004), x=0.046, z=0.024),
        put(disc(0.008, 0.006, RUBBER, edge=0.002, points=16), x=0.046, y=0.010, z=0.051),
    ]


def finger(p: Parameters) -> list[Part]:
    """A finger of the +y side: its frame lies in the middle of the pad's face."""
    wide, long = p.pad
    foot = -(p.flange_to_tool - 0.070)
    return [
        put(block((0.044, 0.030, 0.016), DARK, corner=0.006, edge=0.003), y=0.017, z=foot),
        put(
            block((wide, 0.016, long / 2 - foot - 0.008), LIGHT, corner=0.005, edge=0.003, top=(1.0, 0.72), lean=(0.0, -0.002)),
            y=0.014,
            z=foot + 0.008,
        ),
        put(block((wide, 0.007, long), RUBBER, corner=0.002, edge=0.0015), y=0.0035, z=-long / 2),
    ]
