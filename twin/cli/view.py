"""`twin view`: a result or a batch in the browser, or as one offline page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = ["view"]


def view(
    which: Annotated[str, typer.Argument(metavar="RESULT_OR_BATCH", help="Folder or id of a result, name or id of a batch, or `latest`.")],
    html: Annotated[Path | None, typer.Option(help="Write the page here and open no browser.")] = None,
    store: Annotated[Path | None, typer.Option(help="Where results are kept; ./twin-store, or TWIN_STORE.")] = None,
) -> None:
    """See a result or a batch in 3-D, in the browser or as one offline page."""
    from twin.view.show import result_page, show_file, write_page

    folder = _result_folder(which, store)
    text = result_page(folder) if folder is not None else _batch_page(which, store)
    path = write_page(text, html, stem=folder.name[:16] if folder is not None else which)
    if html is None:
        show_file(path)
    typer.echo(path)


def _result_folder(which: str, store: Path | None) -> Path | None:
    """The folder of a result, by its path or the beginning of its id; None where nothing of the kind is called so."""
    from twin.errors import UnknownName
    from twin.result import Store

    if (Path(which) / "result.json").is_file():
        return Path(which)
    if not which or set(which) - set("0123456789abcdef"):
        return None
    try:
        return Store(store).find(which)
    except UnknownName:
        return None


def _batch_page(which: str, store: Path | None) -> str:
    from twin.cli.report import batch_page
    from twin.dispatch import open_batch
    from twin.errors import BadInput

    if Path(which).exists():
        raise BadInput("RESULT_OR_BATCH", which, "a result folder (one with a result.json), a result's id, a batch's name or id")
    batch: Any = open_batch(which, store)
    return batch_page(batch)
