"""Questions over a batch: what must hold over many runs, with what confidence."""

from twin.study.expectations import judge, outcome, summarised

__all__ = ["judge", "outcome", "summarised"]
