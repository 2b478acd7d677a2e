"""`twin report`: a batch as one offline page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from twin.dispatch import Batch

__all__ = ["batch_page", "report"]


def report(
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="Name or id of a batch; the latest when left out.")] = "latest",
    output: Annotated[Path, typer.Option("-o", "--output", metavar="F.html", help="The page to write.")] = Path("report.html"),
    store: Annotated[Path | None, typer.Option(help="Where results are kept; ./twin-store, or TWIN_STORE.")] = None,
) -> None:
    """A batch as one offline page."""
    from twin.dispatch import open_batch
    from twin.view.show import write_page

    typer.echo(write_page(batch_page(open_batch(batch, store)), output, stem="report"))


def batch_page(batch: Batch) -> str:
    """The page of a batch, with the worst of the runs whose scenes were kept."""
    from twin.study import judge
    from twin.view.report import report_html

    rows, expect = batch.rows(), batch.loaded.expect
    worst, worst_id = _worst_scene(batch, rows, expect)
    inputs: dict[str, Any] = {"swept": batch.swept, "units": batch.units, "scenario": batch.scenario, "title": batch.name}
    return report_html(batch.summary(), rows, **inputs, study=judge(batch), expect=expect, worst=worst, worst_id=worst_id)


def _worst_scene(batch: Batch, rows: list[dict[str, Any]], expect: Mapping[str, Mapping[str, float]]) -> tuple[bytes | None, str]:
    """GLB bytes and id of the worst run that has a scene."""
    from twin.view.batch_stats import by_severity

    for row in by_severity(rows, expect):
        folder = batch.folder(row["id"])
        if folder is not None and (folder / "scene.glb").is_file():
            return (folder / "scene.glb").read_bytes(), row["id"]
    return None, ""
