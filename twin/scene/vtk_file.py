"""The container of VTK's XML files: what stands in the XML, and the numbers behind it, compressed.

VTK file formats, version 1.0 with 64-bit headers: appended raw data; each array is a header (number of blocks, size of a block,
size of the last one if it is shorter, compressed sizes), then the blocks compressed by zlib.
"""

from __future__ import annotations

import os
import secrets
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from twin.errors import BadInput, StoreFault

__all__ = ["Appended", "publish"]

_BLOCK = 1 << 20  # bytes compressed at once
_TYPES = {"f": ("Float32", "<f4"), "i": ("Int64", "<i8"), "b": ("UInt8", "u1")}


class Appended:
    """The arrays of a file in the making."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._offset = 0

    def array(self, name: str, values: np.ndarray) -> str:
        """The XML element of an array of shape (n,) or (n, k): floats in 32 bits, whole numbers in 64, truth values and uint8 in 8."""
        short = "b" if values.dtype == np.uint8 else values.dtype.kind
        kind, dtype = _TYPES[{"u": "i"}.get(short, short)]
        components = values.shape[1] if values.ndim == 2 else 1
        offset = self._offset
        data = np.ascontiguousarray(values, dtype).tobytes()
        blocks = [zlib.compress(data[i : i + _BLOCK], 1) for i in range(0, len(data), _BLOCK)]
        header = np.array([len(blocks), _BLOCK, len(data) % _BLOCK, *map(len, blocks)], "<u8").tobytes()
        for part in (header, *blocks):
            self._parts.append(part)
            self._offset += len(part)
        return f'<DataArray type="{kind}" Name={quoteattr(name)} NumberOfComponents="{components}" format="appended" offset="{offset}"/>\n'

    def table(self, where: str, fields: Mapping[str, np.ndarray], count: int) -> str:
        """The XML element `where` ("PointData", "CellData") of the fields of `count` points or cells, shape (count,) or (count, k).

        Raises:
            BadInput: a field of another shape.
        """
        for name, values in fields.items():
            if np.ndim(values) not in (1, 2) or len(values) != count:
                raise BadInput(f"{where} {name}", np.shape(values), f"shape ({count},) or ({count}, k)")
        return f"<{where}>\n{''.join(self.array(name, np.asarray(values)) for name, values in fields.items())}</{where}>\n"

    def file(self, kind: str, body: str) -> list[bytes]:
        """The parts of a whole file of VTK type `kind` around the XML `body`."""
        head = f'<?xml version="1.0"?>\n<VTKFile type="{kind}" version="1.0" byte_order="LittleEndian" header_type="UInt64"'
        head += f' compressor="vtkZLibDataCompressor">\n{body}<AppendedData encoding="raw">\n_'
        return [head.encode(), *self._parts, b"\n</AppendedData>\n</VTKFile>\n"]


def publish(path: Path | str, parts: Iterable[bytes]) -> None:
    """Write a file aside and rename it, so that no reader sees half of it.

    Raises:
        StoreFault: it cannot be written; what stood there before still does.
    """
    target = Path(path)
    aside = target.parent / f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}.part"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
    except OSError as error:
        raise StoreFault(f"{target}: cannot be written ({error.strerror or error}). Check the disk, or name another folder.") from error
    finally:
        aside.unlink(missing_ok=True)
