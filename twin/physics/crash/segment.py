"""A node at a face of another body: where on the face it is nearest, how deep it is, and what pushes it out."""

from __future__ import annotations

import math

from twin.kernel import real, scalar
from twin.kernel.choose import maximum, minimum

__all__ = ["above", "between", "rubbed", "shares"]

STEPS = 4  # of Newton's method on a bilinear face: with a flat one the first is exact
ENOUGH = 1e-20  # square of a step in natural coordinates that changes nothing


@scalar
def shares(r, s):  # type: ignore[no-untyped-def]
    """Shares of a face's four corners at its natural coordinates (r, s) in -1..1."""
    one, q = real(1, r), real(0.25, r)
    return q * (one - r) * (one - s), q * (one + r) * (one - s), q * (one + r) * (one + s), q * (one - r) * (one + s)


@scalar
def between(p, a, b, c, d, thickness):  # type: ignore[no-untyped-def]
    """Whether a point may be inside of a face, less deep than a thickness [m]: False where `above` would surely say no.

    The bilinear face leaves the plane through its middle by at most r s w . n, and its normals look the same way as n.
    """
    zero, q = real(0, p[0]), real(0.25, p[0])
    ux, uy, uz = c[0] - a[0], c[1] - a[1], c[2] - a[2]
    vx, vy, vz = d[0] - b[0], d[1] - b[1], d[2] - b[2]
    nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    sx, sy, sz = a[0] + c[0], a[1] + c[1], a[2] + c[2]
    tx, ty, tz = b[0] + d[0], b[1] + d[1], b[2] + d[2]
    height = (p[0] - q * (sx + tx)) * nx + (p[1] - q * (sy + ty)) * ny + (p[2] - q * (sz + tz)) * nz
    off = real(0.275, p[0]) * abs((sx - tx) * nx + (sy - ty) * ny + (sz - tz) * nz)  # r s <= 1.02^2, and some more
    deeper = minimum(height + off, zero)
    return height < off and deeper * deeper <= thickness * thickness * (nx * nx + ny * ny + nz * nz)


@scalar
def above(p, a, b, c, d):  # type: ignore[no-untyped-def]
    """Where a point p is seen from a face with corners a, b, c, d, anticlockwise from outside.

    Newton's method for the nearest point of the bilinear surface (Hallquist, Goudreau & Benson 1985), the second derivative left out.

    Returns:
        r, s of the nearest point, not limited to the face; height above it [m], negative inside; unit normal there.
    """
    one, q, tiny = real(1, p[0]), real(0.25, p[0]), real(1e-300, p[0])
    r = s = real(0, p[0])
    # the surface is m + r u + s v + r s w
    mx, my, mz = q * (a[0] + b[0] + c[0] + d[0]), q * (a[1] + b[1] + c[1] + d[1]), q * (a[2] + b[2] + c[2] + d[2])
    ux, uy, uz = q * (b[0] + c[0] - a[0] - d[0]), q * (b[1] + c[1] - a[1] - d[1]), q * (b[2] + c[2] - a[2] - d[2])
    vx, vy, vz = q * (c[0] + d[0] - a[0] - b[0]), q * (c[1] + d[1] - a[1] - b[1]), q * (c[2] + d[2] - a[2] - b[2])
    wx, wy, wz = q * (a[0] + c[0] - b[0] - d[0]), q * (a[1] + c[1] - b[1] - d[1]), q * (a[2] + c[2] - b[2] - d[2])
    for _ in range(STEPS):
        ex, ey, ez = ux + s * wx, uy + s * wy, uz + s * wz
        fx, fy, fz = vx + r * wx, vy + r * wy, vz + r * wz
        hx, hy, hz = p[0] - mx - r * ux - s * fx, p[1] - my - r * uy - s * fy, p[2] - mz - r * uz - s * fz
        ee, ff, ef = ex * ex + ey * ey + ez * ez, fx * fx + fy * fy + fz * fz, ex * fx + ey * fy + ez * fz
        eh, fh = ex * hx + ey * hy + ez * hz, fx * hx + fy * hy + fz * hz
        over = one / (ee * ff - ef * ef + tiny)
        dr, ds = (eh * ff - fh * ef) * over, (fh * ee - eh * ef) * over
        r = minimum(maximum(r + dr, real(-2, r)), real(2, r))
        s = minimum(maximum(s + ds, real(-2, s)), real(2, s))
        if dr * dr + ds * ds < real(ENOUGH, r):
            break
    ex, ey, ez = ux + s * wx, uy + s * wy, uz + s * wz
    fx, fy, fz = vx + r * wx, vy + r * wy, vz + r * wz
    nx, ny, nz = ey * fz - ez * fy, ez * fx - ex * fz, ex * fy - ey * fx
    size = one / (math.sqrt(nx * nx + ny * ny + nz * nz) + tiny)
    n = (nx * size, ny * size, nz * size)
    hx, hy, hz = p[0] - mx - r * ux - s * fx, p[1] - my - r * uy - s * fy, p[2] - mz - r * uz - s * fz
    return r, s, hx * n[0] + hy * n[1] + hz * n[2], n


@scalar
def rubbed(held, slip, n, push, stiffness, friction):  # type: ignore[no-untyped-def]
    """Friction: an elastic tangential force that slips beyond Coulomb's limit.

    Args:
        held: friction force so far (3) [N]; slip: relative movement of the step (3) [m]; n: normal; push: normal force [N].

    Returns:
        friction force now (3) [N].
    """
    fx, fy, fz = held[0] - stiffness * slip[0], held[1] - stiffness * slip[1], held[2] - stiffness * slip[2]
    along = fx * n[0] + fy * n[1] + fz * n[2]
    fx, fy, fz = fx - along * n[0], fy - along * n[1], fz - along * n[2]
    size = math.sqrt(fx * fx + fy * fy + fz * fz) + real(1e-300, push)
    scale = minimum(friction * push, size) / size
    return fx * scale, fy * scale, fz * scale
