"""What can go wrong with a robot that is not a fault of the input: a process that fails."""

from __future__ import annotations

from collections.abc import Sequence

from twin.errors import TwinError

__all__ = ["Unreachable"]


class Unreachable(TwinError):
    """A path leaves what the robot can reach.

    Attributes:
        frame: the link that should have moved along the path.
        fraction: how much of the path can be followed, 0..1.
        distance, angle: how much of the path is left [m], [rad].
        joints: names of the joints that stand at a limit there; empty when the arm is simply too short, or would
            have to jump to another posture.
    """

    exit_code = 1

    def __init__(self, frame: str, fraction: float, distance: float, angle: float, joints: Sequence[str]) -> None:
        self.frame, self.fraction, self.distance, self.angle, self.joints = frame, fraction, distance, angle, tuple(joints)
        why = f"at the limit: {', '.join(joints)}" if joints else "no joint is at its limit: too far, or only in another posture"
        super().__init__(
            f"{frame} leaves the reachable space after {fraction:.0%} of its path: "
            f"{1e3 * distance:.0f} mm and {angle:.2f} rad are left ({why}). "
            "Move the base or the target nearer, turn the tool, or start from another posture."
        )
