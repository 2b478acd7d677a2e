"""Pydantic pieces that every kind's spec is built from: frozen, no unknown keys, finite numbers, SI."""

from __future__ import annotations

from math import cos, sin

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from twin.units import Angle, Length

__all__ = ["WORLD", "Pose", "Spec"]

WORLD = "world"  # the frame that all others stand in


class Spec(BaseModel):
    """Base of everything a user writes. Unknown keys are errors, values never change after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Pose(Spec):
    """Where something stands: a position and roll-pitch-yaw (about fixed x, y, z, in this order) in a frame."""

    frame: str = Field(WORLD, description="name of a site frame, or `world`")
    position: tuple[Length, Length, Length] = Field((0.0, 0.0, 0.0), description="x, y, z in the frame [m]")
    roll: Angle = Field(0.0, description="rotation about the frame's x axis [rad]")
    pitch: Angle = Field(0.0, description="rotation about the frame's y axis [rad]")
    yaw: Angle = Field(0.0, description="rotation about the frame's z axis [rad]")

    def matrix(self) -> np.ndarray:
        """T_frame_here, shape (4, 4)."""
        (cr, sr), (cp, sp), (cy, sy) = ((cos(a), sin(a)) for a in (self.roll, self.pitch, self.yaw))
        x, y, z = self.position
        return np.array(
            [
                [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr, x],
                [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr, y],
                [-sp, cp * sr, cp * cr, z],
                [0.0, 0.0, 0.0, 1.0],
            ]
        )
