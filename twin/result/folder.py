"""One result as a folder: written whole, read back lazily. The files are those of docs/results.md."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import BadInput, StoreFault
from twin.result.aside import aside, sync_tree
from twin.result.document import dumps, from_json, result_json
from twin.result.model import Result, Series

__all__ = ["FolderResult", "open_folder", "write_files", "write_folder"]


def write_folder(result: Result, document: Mapping[str, Any], folder: str | Path, *, scratch: Path | None = None) -> Path:
    """Write `result` and the resolved scenario `document` as `folder`, which is complete or absent at every moment.

    An older result there is replaced. Files of `scratch` go into `folder/files`.

    Raises:
        BadInput: `folder` holds something that is not a result.
        StoreFault: it cannot be written (full disk ...); nothing is left behind.
    """
    folder = Path(folder).absolute()
    if folder.exists() and not _replaceable(folder):
        raise BadInput(
            f"output folder {folder}", "other files in it", "a new or empty folder, or one with an older result", "Name another."
        )
    with aside(folder) as fresh:
        write_files(result, document, fresh, scratch=scratch)
        if folder.exists():
            with aside(folder) as old:
                folder.rename(old)
                fresh.rename(folder)
        else:
            fresh.rename(folder)
    return folder


def write_files(result: Result, document: Mapping[str, Any], folder: Path, *, scratch: Path | None = None) -> None:
    """The files of a result into a new `folder`, forced to disk."""
    import yaml

    folder.mkdir()
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text = yaml.dump(json.loads(dumps(document)), Dumper=dumper, sort_keys=False, allow_unicode=True, width=120)
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    (folder / "result.json").write_text(dumps(result_json(result)), encoding="utf-8")
    (folder / "log.txt").write_text(result.log, encoding="utf-8")
    if result.events:
        (folder / "events.json").write_text(dumps(result.events), encoding="utf-8")
    if result.series is not None:
        _write_series(result.series, folder / "series.parquet")
    if result.arrays:
        np.savez_compressed(folder / "arrays.npz", **{name: np.asarray(a) for name, a in result.arrays.items()})  # type: ignore[arg-type]
    if result.scene is not None:
        from twin.scene import write_glb

        write_glb(result.scene, folder / "scene.glb")
    if scratch is not None and any(scratch.iterdir()):
        shutil.copytree(scratch, folder / "files", symlinks=True)
    sync_tree(folder)


def open_folder(folder: str | Path) -> Result:
    """The result in `folder`. Series, arrays and scene are read when they are first asked for.

    Raises:
        BadInput: there is no result folder at this path.
        StoreFault: its files are damaged.
    """
    folder = Path(folder).absolute()
    if not (folder / "result.json").is_file():
        raise BadInput(f"result folder {folder}", "no result.json in it", "a folder that `twin run` or a batch wrote", "Check the path.")
    try:
        fields = from_json(json.loads((folder / "result.json").read_text(encoding="utf-8")))
        events = _read_json(folder / "events.json")
        log = (folder / "log.txt").read_text(encoding="utf-8") if (folder / "log.txt").is_file() else ""
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreFault(f"{folder}: the result is damaged ({error}); delete the folder and run the scenario again.") from error
    return FolderResult(**fields, events=tuple(events), log=log, series=folder, arrays=folder, scene=folder)  # type: ignore[arg-type]


def _write_series(series: Series, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = [pa.field("t", pa.float64(), metadata={"unit": "s"})]
    fields += [pa.field(name, pa.float64(), metadata={"unit": series.units.get(name, "1")}) for name in series.columns]
    columns = [np.asarray(a, dtype=np.float64) for a in (series.t, *series.columns.values())]
    pq.write_table(pa.Table.from_arrays(columns, schema=pa.schema(fields)), path, compression="zstd")


def _read_series(folder: Path) -> Series | None:
    if not (folder / "series.parquet").is_file():
        return None
    import pyarrow.parquet as pq

    table = pq.read_table(folder / "series.parquet")
    names = [name for name in table.column_names if name != "t"]
    units = {name: (table.schema.field(name).metadata or {}).get(b"unit", b"1").decode() for name in names}
    return Series(table["t"].to_numpy(), {name: table[name].to_numpy() for name in names}, units)


def _read_arrays(folder: Path) -> Mapping[str, np.ndarray]:
    return ArrayFile(folder / "arrays.npz") if (folder / "arrays.npz").is_file() else {}


def _read_scene(folder: Path) -> Any:
    if not (folder / "scene.glb").is_file():
        return None
    from twin.scene import read_glb

    return read_glb(folder / "scene.glb")


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def _replaceable(folder: Path) -> bool:
    return (folder / "result.json").is_file() or (folder.is_dir() and not any(folder.iterdir()))


class ArrayFile(Mapping[str, np.ndarray]):
    """The arrays of an npz file, each read when it is asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with np.load(path, allow_pickle=False) as file:
            self._names = tuple(file.files)

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._names:
            raise KeyError(name)
        with np.load(self._path, allow_pickle=False) as file:
            array: np.ndarray = file[name]
        return array

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class _OnDemand:
    """A field of `Result` that holds its folder until somebody asks for the content."""

    def __init__(self, name: str, read: Callable[[Path], Any]) -> None:
        self._name, self._read = name, read

    def __get__(self, owner: Any, cls: type) -> Any:
        if owner is None:
            return self
        held = owner.__dict__[self._name]
        if isinstance(held, Path):
            held = owner.__dict__[self._name] = self._read(held)
        return held

    def __set__(self, owner: Any, value: Any) -> None:
        owner.__dict__[self._name] = value


class FolderResult(Result):
    """A `Result` in a folder; equal in use to one fresh from a simulation."""

    series = _OnDemand("series", _read_series)  # type: ignore[assignment]
    arrays = _OnDemand("arrays", _read_arrays)  # type: ignore[assignment]
    scene = _OnDemand("scene", _read_scene)  # type: ignore[assignment]
