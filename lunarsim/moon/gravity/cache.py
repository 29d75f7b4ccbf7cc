"""Finished grids on disk: found by the hash of what made them, checked, written whole or not at all."""

from __future__ import annotations

import hashlib
import logging
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lunarsim import data
from lunarsim.files import written_whole
from lunarsim.moon.gravity.spline import Recipe

_LARGEST_OVERHEAD = 2**16  # bytes; three small arrays and the headers need 1500
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, eq=False)
class StoredGrid:
    """What making a grid costs time to find out."""

    coefficients: NDArray[np.float64]
    error_max: float
    error_rms: float

    def checksum(self) -> str:
        """Return the hash of the contents."""
        errors = np.array([self.error_max, self.error_rms], dtype="<f8")
        return hashlib.sha256(self.coefficients.astype("<f8").tobytes() + errors.tobytes()).hexdigest()


def cache_folder(folder: str | Path | None) -> Path:
    """Return the folder for finished grids: as given, or that of all of lunarsim's data files."""
    return data.user_path(folder) if folder else data.cache_folder()


def load_grid(recipe: Recipe, folder: str | Path | None) -> StoredGrid | None:
    """Return the grid that a recipe makes if it lies in the cache undamaged, else None."""
    path = _path(recipe, folder)
    try:
        return _read(path, recipe.size)
    except FileNotFoundError:
        return None
    except Exception as error:  # zipfile, numpy and the parser that it reads headers with raise almost anything
        _log.warning("%s is damaged and will be built again: %s", path, error)
        return None


def _read(path: Path, size: int) -> StoredGrid:
    """Read a grid of as many coefficients; nothing larger than the whole file should be is unpacked."""
    largest = size * np.dtype(float).itemsize + _LARGEST_OVERHEAD
    with path.open("rb") as raw:
        if os.fstat(raw.fileno()).st_size > largest:
            raise ValueError(f"it is larger than {largest} bytes")
        with zipfile.ZipFile(raw) as archive:
            if any(each.compress_type != zipfile.ZIP_STORED or each.file_size > largest for each in archive.infolist()):
                raise ValueError(f"it is compressed, or holds more than {largest} bytes")
        raw.seek(0)
        with np.load(raw, allow_pickle=False) as file:
            coefficients, checksum = file["coefficients"], str(file["checksum"])
            stored = StoredGrid(
                coefficients=coefficients, error_max=float(file["error_max"]), error_rms=float(file["error_rms"])
            )
    if coefficients.dtype != np.float64 or coefficients.shape != (size,) or checksum != stored.checksum():
        raise ValueError("its contents do not match its checksum")
    return stored


def store_grid(recipe: Recipe, stored: StoredGrid, folder: str | Path | None) -> None:
    """Put a grid into the cache; a cache that cannot be written to costs time later, and is no error."""
    path = _path(recipe, folder)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as draft:
            np.savez(
                draft,
                coefficients=stored.coefficients,
                error_max=stored.error_max,
                error_rms=stored.error_rms,
                checksum=stored.checksum(),
            )
    except OSError as error:
        _log.warning("%s cannot be written, so the grid will be built again next time: %s", path, error)


def _path(recipe: Recipe, folder: str | Path | None) -> Path:
    return cache_folder(folder) / f"gravity-grid-{recipe.digest()[:32]}.npz"
