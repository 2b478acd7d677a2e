"""The points of a sweep's sample in the batch's folder: drawn once by the driver, read by every worker."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from twin.errors import StoreFault
from twin.result.aside import write_bytes
from twin.scenario import Scenario
from twin.scenario.sweep import sampled

if TYPE_CHECKING:
    import numpy as np

__all__ = ["read", "written"]

FILE = "points.npy"


def written(scenario: Scenario, folder: Path) -> str:
    """Draw them and write them into the folder; the file, or empty where nothing is sampled.

    Raises:
        StoreFault: the file cannot be written.
    """
    import numpy as np

    points = sampled(scenario.sweep, scenario.seed) if scenario.sweep else None
    if points is None:
        return ""
    buffer = io.BytesIO()
    np.save(buffer, points)
    write_bytes(folder / FILE, buffer.getvalue())
    return str(folder / FILE)


def read(file: str) -> np.ndarray | None:
    """The points, (count, ranges); None where nothing is sampled.

    Raises:
        StoreFault: the file is damaged or gone.
    """
    import numpy as np

    if not file:
        return None
    try:
        points: np.ndarray = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise StoreFault(f"{file}: the points of the sweep cannot be read ({error}); `twin retry` writes them anew.") from error
    return points
