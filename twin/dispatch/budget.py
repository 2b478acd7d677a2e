"""A budget: so many jobs, or so many hours of work; when it is spent nothing new is begun, and what runs comes to its end."""

from __future__ import annotations

from twin.errors import BadInput

__all__ = ["Budget"]


class Budget:
    """What one drive of a batch may use."""

    def __init__(self, jobs: int | None = None, hours: float | None = None) -> None:
        """No limit where None.

        Raises:
            BadInput: nothing could be done with it.
        """
        for name, given in (("max_jobs", jobs), ("max_hours", hours)):
            if given is not None and not given > 0:
                raise BadInput(name, given, "a number above 0", "Leave it out for no limit.")
        self._jobs, self._hours = jobs, hours
        self._begun, self._busy = 0, 0.0

    def take(self, count: int) -> int:
        """How many of `count` jobs may begin; they count as begun. A job that is tried again is not counted again."""
        allowed = count if self._jobs is None else min(count, self._jobs - self._begun)
        self._begun += allowed
        return allowed

    def saw(self, busy: float) -> None:
        """Workers were busy for so many seconds."""
        self._busy += busy

    @property
    def spent(self) -> bool:
        """Whether nothing more may begin."""
        return (self._jobs is not None and self._begun >= self._jobs) or (self._hours is not None and self._busy >= 3600 * self._hours)

    @property
    def reason(self) -> str:
        """Which limit was met; empty when none was."""
        if self._jobs is not None and self._begun >= self._jobs:
            return f"the budget of {self._jobs} jobs is spent"
        if self._hours is not None and self._busy >= 3600 * self._hours:
            return f"the budget of {self._hours:g} hours of work is spent"
        return ""
