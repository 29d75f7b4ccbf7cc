"""Whether the disk has room for the runs of a campaign."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from lunarsim.campaign.store.manifest import Manifest
from lunarsim.errors import InputError

_PREFIXES = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def check_room(folder: Path, manifest: Manifest, runs: int) -> None:
    """Refuse runs that the disk of a folder, which need not be there yet, surely has no room for.

    Raises
    ------
    InputError
        If their columns take more bytes than are free.
    """
    needed, free = runs * manifest.bytes_per_run, _free_bytes(folder)
    if needed > free:
        raise InputError(
            f"{runs} runs: at {manifest.bytes_per_run} bytes each they take {in_words(needed)}, and {folder} has "
            f"{in_words(free)} free: ask for at most {free // manifest.bytes_per_run} runs, for fewer columns, "
            "or give a folder on a larger disk"
        )


def room_left(folder: Path, manifest: Manifest, runs: int) -> str:
    """Return in words what runs need and what is free."""
    needed = in_words(runs * manifest.bytes_per_run)
    return f"the other {runs} need {needed}, and {in_words(_free_bytes(folder))} are free"


def in_words(size: float) -> str:
    """Return a number of bytes in words, as in ``1.2 GB``."""
    prefix = _PREFIXES[0]
    for prefix in _PREFIXES:
        if size < 1000.0 or prefix == _PREFIXES[-1]:
            break
        size /= 1000.0
    return f"{size:.3g} {prefix}" if size < 1000.0 else f"{size:.0f} {prefix}"


def _free_bytes(folder: Path) -> int:
    place = Path(os.path.abspath(folder))
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def memory_left() -> float:
    """Return how many bytes of memory are free; infinite where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return 1024.0 * next(float(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return float("inf")
