"""The id of a job: sha256 of everything that decides its numbers, and of nothing else."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.errors import BadInput
from twin.kinds import Target, load_kind
from twin.scenario.needs import Need, jobs_id

if TYPE_CHECKING:
    from twin.scenario.model import Scenario

__all__ = ["FileDigests", "decides", "identity", "setting"]

_FEATURES = ("sse4_2", "avx", "avx2", "fma", "avx512f", "avx512bw", "avx512vl", "asimd", "sve", "sve2")


class FileDigests:
    """sha256 of files, each read once as long as its size and time stay."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, int], str] = {}

    def digest(self, file: Path) -> str:
        """Hex digest of the file's bytes.

        Raises:
            BadInput: the file cannot be read.
        """
        try:
            stat = file.stat()
            key = str(file), stat.st_mtime_ns, stat.st_size
            if key not in self._known:
                with file.open("rb") as stream:
                    self._known[key] = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise BadInput("file", str(file), "a readable file", f"{error.strerror}.") from error
        return self._known[key]

    def all(self, files: Iterable[Path]) -> list[str]:
        """Digests in the files' order."""
        return [self.digest(file) for file in files]


def identity(scenario: Scenario, target: Target | None = None, *, digests: FileDigests | None = None) -> str:
    """Content hash of the job, 64 hex digits.

    In it: format version, kind, seed and the kind's own keys in SI with defaults, the bytes of every file they refer to
    and of the site, ids of needed results, the kind's versions, device with its CPU features, dtype. Not in it: verdicts'
    bounds, names, and how many threads or jobs share the work.
    """
    target = target or Target()
    text = decides(scenario, target, digests or FileDigests(), own=scenario.own, seed=scenario.seed)
    return hashlib.sha256(f"{setting(scenario.kind, target)}{text}".encode()).hexdigest()


def decides(scenario: Scenario, target: Target, digests: FileDigests, *, own: Mapping[str, Any], seed: Any) -> str:
    """The text that says what decides the numbers of a job, with these own keys and this seed."""
    kind = load_kind(scenario.kind)
    files = digests.all(kind.files(scenario.spec, scenario.folder))
    site = digests.all(scenario.site.files) if scenario.site else []
    needs = {alias: need.id or _of(need, target, digests) for alias, need in scenario.needs.items()}
    return json.dumps([scenario.twin, seed, own, files, site, needs], sort_keys=True, separators=(",", ":"))


def setting(kind: str, target: Target) -> str:
    """What all jobs of a kind on one target share."""
    return _setting(kind, target.device, target.dtype)


def _of(need: Need, target: Target, digests: FileDigests) -> str:
    """The id that the needed result will have."""
    if need.scenario is None:
        return ""
    if need.many:
        from twin.scenario.job import expand  # which asks for identities itself

        return jobs_id(job.id for job in expand(need.scenario, target))
    return identity(need.scenario, target, digests=digests)


@cache
def _setting(kind: str, device: str, dtype: str) -> str:
    about: dict[str, Any] = {
        "kind": kind,
        "version": dict(load_kind(kind).version()),
        "target": [device, dtype, platform.machine(), *(cpu_features() if device == "cpu" else ())],
    }
    return json.dumps(about, sort_keys=True)


@cache
def cpu_features() -> tuple[str, ...]:
    """Vector extensions of this machine's processor, those that change rounding."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return (platform.processor(),)
    flags = next((line for line in text.splitlines() if line.startswith(("flags", "Features"))), "").split()
    return tuple(name for name in _FEATURES if name in flags)
