"""The ticket of a batch: what was asked for, as batch.json; enough to go on after the journal is lost."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from twin.dispatch.paths import batch_folder
from twin.dispatch.targets import Destination, restored
from twin.errors import StoreFault
from twin.result import Store
from twin.result.aside import write_bytes
from twin.result.document import dumps
from twin.scenario import Scenario, from_document

__all__ = ["Ticket"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A batch as submitted.

    Attributes:
        id: `YYYYmmdd-HHMMSS-xxxx`; sorts by time.
        name: what people call it; several batches may share it.
        created: seconds since the epoch.
        jobs: how many jobs the sweep makes.
        swept: swept paths.
        scenario: its document, sweep and study included.
        folder: where relative paths of the scenario start.
        file: where the scenario was read, or empty.
        target: name of the target.
        destination: the target as it was named then.
        workers: jobs at a time.
        chunk: jobs handed out together; None: as their duration suggests.
        priority: against other batches.
    """

    id: str
    name: str
    created: float
    jobs: int
    swept: tuple[str, ...]
    scenario: Mapping[str, Any]
    folder: str
    file: str
    target: str
    destination: Mapping[str, Any]
    workers: int
    chunk: int | None = None
    priority: int = 0

    @classmethod
    def issue(cls, scenario: Scenario, *, name: str | None, jobs: int, **how: Any) -> Ticket:
        """A new ticket; `how` are the fields from `target` on."""
        return cls(
            id=f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}",
            name=name or scenario.name,
            created=time.time(),
            jobs=jobs,
            swept=tuple(scenario.sweep.paths()) if scenario.sweep else (),
            scenario=scenario.document,
            folder=str(scenario.folder),
            file=str(scenario.file or ""),
            **how,
        )

    def write(self, store: Store) -> None:
        """Keep it with the batch.

        Raises:
            StoreFault: it cannot be written.
        """
        write_bytes(batch_folder(store, self.id) / "batch.json", dumps(asdict(self)).encode())

    @classmethod
    def read(cls, folder: Path) -> Ticket:
        """The ticket in a batch's folder.

        Raises:
            StoreFault: it is missing or damaged.
        """
        try:
            document = json.loads((folder / "batch.json").read_text(encoding="utf-8"))
            return cls(**{**document, "swept": tuple(document["swept"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreFault(f"{folder}: its batch.json is missing or damaged ({error}); submit the scenario again.") from error

    def place(self) -> Destination:
        """Where it runs."""
        return restored(self.destination)

    def load(self) -> Scenario:
        """The scenario again; its files must still be where they were.

        Raises:
            BadScenario: it cannot be read any more.
        """
        return from_document(self.scenario, self.folder)
