"""A robot against a person: what the kind calls. The verdict follows ISO/TS 15066, Annex A, as public sources print it."""

from twin.physics.crash.human_check import human_check, human_files
from twin.physics.crash.human_outcome import human_preflight, human_result, human_scalars
from twin.physics.crash.human_verdict import Assessment, evaluate

__all__ = ["Assessment", "evaluate", "human_check", "human_files", "human_preflight", "human_result", "human_scalars"]
