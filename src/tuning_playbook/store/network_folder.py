"""Whether a folder lies on another machine, where SQLite's shared memory does not reach."""

from __future__ import annotations

from pathlib import Path

_NETWORK_TYPES = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "afs",
        "ceph",
        "lustre",
        "gpfs",
        "beegfs",
        "glusterfs",
        "9p",
        "fuse.sshfs",
        "fuse.glusterfs",
        "fuse.ceph",
        "fuse.s3fs",
        "fuse.gcsfuse",
        "panfs",
    }
)
_MOUNTS = Path("/proc/self/mounts")


def network_type(folder: Path, *, mounts: Path = _MOUNTS) -> str:
    """Type of the network file system that holds ``folder``; empty for a local one.

    Args:
        folder: absolute.
        mounts: the system's table of mounts; without it every folder counts as local.
    """
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    longest, found = -1, ""
    for line in lines:
        _, point, kind, *_ = line.split(" ")
        place = Path(point.replace("\\040", " "))
        if (folder == place or place in folder.parents) and len(place.parts) >= longest:
            longest, found = len(place.parts), kind
    return found if found in _NETWORK_TYPES else ""
