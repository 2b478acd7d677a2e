"""Which kind of file system a path lies on."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

__all__ = ["NETWORK", "file_system", "on_network"]

NETWORK = frozenset({
    "9p", "afs", "beegfs", "ceph", "cifs", "fuse.ceph", "fuse.glusterfs", "fuse.juicefs", "fuse.s3fs", "fuse.sshfs", "glusterfs", "gpfs",
    "lustre", "ncpfs", "nfs", "nfs4", "orangefs", "panfs", "pvfs2", "smb3", "smbfs", "virtiofs", "wekafs",
})  # fmt: skip
"""Types in /proc/mounts that other machines write to as well."""


def on_network(path: Path) -> bool:
    """Whether other machines may write there too. Where the system does not tell, it is taken for a disk of this one."""
    return _on_network(str(path.absolute()))


@lru_cache(maxsize=64)
def _on_network(path: str) -> bool:
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return file_system(path, mounts) in NETWORK


def file_system(path: str, mounts: str) -> str:
    """Type of the file system at an absolute path, by the lines of /proc/mounts; empty when none of them holds it."""
    found, depth = "", -1
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), fields[1])  # spaces are written as \040
        inside = point == "/" or path == point or path.startswith(point + "/")
        if inside and len(point) >= depth:  # of two at one place the later one is on top
            found, depth = fields[2], len(point)
    return found
