"""The GLB container of glTF 2.0: a JSON chunk, and one binary chunk whose numbers accessors describe."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np

__all__ = ["Buffer", "Numbers", "linear", "pack", "srgb", "unpack"]

_MAGIC, _JSON_CHUNK, _BINARY_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942
_FLOAT, _INT16, _UINT16, _UINT32 = 5126, 5122, 5123, 5125
_DTYPES: dict[int, np.dtype[Any]] = {
    _FLOAT: np.dtype("<f4"),
    _INT16: np.dtype("<i2"),
    _UINT16: np.dtype("<u2"),
    _UINT32: np.dtype("<u4"),
}
_WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}


class Buffer:
    """The binary chunk in the making: four views (vertices, indices, other numbers, colours) that accessors point into."""

    def __init__(self) -> None:
        self.views: tuple[bytearray, bytearray, bytearray, bytearray] = (bytearray(), bytearray(), bytearray(), bytearray())
        self.accessors: list[dict[str, Any]] = []

    def vertices(self, array: np.ndarray) -> int:
        """Index of a new accessor over positions, their changes or normals, shape (n, 3)."""
        return self._add(0, array, _FLOAT, "VEC3", bounds=True)

    def indices(self, array: np.ndarray) -> int:
        """Index of a new accessor over vertex numbers, in 2 bytes where they fit."""
        return self._add(1, array.reshape(-1, 1), _UINT16 if array.max() < 65535 else _UINT32, "SCALAR")

    def numbers(self, array: np.ndarray, *, bounds: bool = False) -> int:
        """Index of a new accessor over float32 numbers, shape (n,), (n, 3) or (n, 4); `bounds` states the least and the largest."""
        table = np.asarray(array).reshape(len(array), -1)
        kind = {width: name for name, width in _WIDTHS.items()}[table.shape[1]]
        return self._add(2, table, _FLOAT, kind, bounds=bounds)

    def colors(self, array: np.ndarray) -> int:
        """Index of a new accessor over vertex colours, sRGB and alpha in 0..1, shape (n, 4): linear light in 16 bits a channel."""
        light = np.concatenate([linear(array[:, :3]), array[:, 3:]], axis=1)
        index = self._add(3, np.round(light * 65535), _UINT16, "VEC4")
        self.accessors[index]["normalized"] = True
        return index

    def color_changes(self, array: np.ndarray) -> int:
        """Index of a new accessor over changes of linear light and alpha, -1..1, shape (n, 4): signed, 16 bits a channel."""
        index = self._add(3, np.round(array * 32767), _INT16, "VEC4")
        self.accessors[index]["normalized"] = True
        return index

    def _add(self, view: int, array: np.ndarray, component: int, kind: str, *, bounds: bool = False) -> int:
        data = np.ascontiguousarray(array, _DTYPES[component])
        accessor: dict[str, Any] = {"bufferView": view, "byteOffset": len(self.views[view]), "componentType": component}
        accessor |= {"count": len(data), "type": kind}
        if bounds:
            accessor |= {"min": data.min(axis=0).tolist(), "max": data.max(axis=0).tolist()}
        self.views[view].extend(data.tobytes())
        self.views[view].extend(bytes(-len(self.views[view]) % 4))
        self.accessors.append(accessor)
        return len(self.accessors) - 1


def pack(document: dict[str, Any], buffer: Buffer) -> bytes:
    """The file of `document` and the numbers in `buffer`; views that nothing uses are left out."""
    traits: list[dict[str, int]] = [{"byteStride": 12, "target": 34962}, {"target": 34963}, {}, {"byteStride": 8, "target": 34962}]
    views: list[dict[str, int]] = []
    renumbered: dict[int, int] = {}
    offset = 0
    for index, (view, trait) in enumerate(zip(buffer.views, traits, strict=True)):
        if view:
            renumbered[index] = len(views)
            views.append({"buffer": 0, "byteOffset": offset, "byteLength": len(view), **trait})
            offset += len(view)
    accessors = [accessor | {"bufferView": renumbered[accessor["bufferView"]]} for accessor in buffer.accessors]
    document |= {"accessors": accessors, "bufferViews": views, "buffers": [{"byteLength": offset}]}
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 4)
    header = struct.pack("<III", _MAGIC, 2, 28 + len(text) + offset)
    return b"".join([header, struct.pack("<II", len(text), _JSON_CHUNK), text, struct.pack("<II", offset, _BINARY_CHUNK), *buffer.views])


def unpack(data: bytes) -> tuple[dict[str, Any], memoryview]:
    """Document and binary chunk of a GLB file.

    Raises:
        ValueError, struct.error: not a whole GLB file of version 2.
    """
    magic, version, length = struct.unpack_from("<III", data)
    text_length, text_kind = struct.unpack_from("<II", data, 12)
    binary_length, binary_kind = struct.unpack_from("<II", data, 20 + text_length)
    if (magic, version, length, text_kind, binary_kind) != (_MAGIC, 2, len(data), _JSON_CHUNK, _BINARY_CHUNK):
        raise ValueError("not a whole GLB file")
    start = 28 + text_length
    return json.loads(data[20 : 20 + text_length]), memoryview(data)[start : start + binary_length]


class Numbers:
    """Numbers of a file's accessors."""

    def __init__(self, document: dict[str, Any], binary: memoryview) -> None:
        self._document, self._binary = document, binary

    def __call__(self, index: int) -> np.ndarray:
        """Numbers of accessor `index`, shape (n,) or (n, width), as float64 or int64; normalised ones in 0..1 or -1..1."""
        accessor = self._document["accessors"][index]
        view, width = self._document["bufferViews"][accessor["bufferView"]], _WIDTHS[accessor["type"]]
        offset = view["byteOffset"] + accessor["byteOffset"]
        flat = np.frombuffer(self._binary, _DTYPES[accessor["componentType"]], accessor["count"] * width, offset)
        table = flat.reshape(-1, width) if width > 1 else flat
        if accessor.get("normalized"):
            return table / float(np.iinfo(table.dtype).max)
        return table.astype(np.int64 if table.dtype.kind == "u" else np.float64)


def linear(c: np.ndarray) -> np.ndarray:
    """sRGB in 0..1 as people write colours -> the linear light of glTF (IEC 61966-2-1)."""
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def srgb(c: np.ndarray) -> np.ndarray:
    """The inverse of `linear`."""
    return np.where(c <= 0.0031308, c * 12.92, 1.055 * c ** (1 / 2.4) - 0.055)
