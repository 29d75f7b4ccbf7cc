"""Gravity fields in all formats that are read, and finished grids in the cache."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from astropy import units as u
from gravity_writers import WRITERS, published_rows

import lunarsim as ls
from lunarsim.moon.gravity.cache import load_grid

from . import FileFormat

_DEGREE = 6


def _fields(writer: Callable[..., None], folder: Path) -> list[bytes]:
    path = folder / "field"
    writer(path, published_rows(_DEGREE))
    return [path.read_bytes()]


def _read(path: Path) -> None:
    ls.GravityField.from_file(path).describe()
    ls.GravityField.from_file(path, degree=2).lower()


@cache
def _grid() -> tuple[ls.GriddedField, TemporaryDirectory[str]]:
    """Return a small grid, and the folder of a cache that holds nothing else."""
    logging.getLogger("lunarsim").setLevel(logging.ERROR)  # each damaged grid is a warning
    folder = TemporaryDirectory()
    site = 1.7374e6 * np.array([1.0, 0.0, 0.0]) * u.m
    return ls.GriddedField.build(ls.GravityField.grail(8), corridor=site, cache=folder.name), folder


def _stored(_: Path) -> list[bytes]:
    return [file.read_bytes() for file in Path(_grid()[1].name).iterdir()]


def _load_grid(path: Path) -> None:
    """Look whether the cache has no grid, or the one that was stored: nothing else, and no error."""
    grid, folder = _grid()
    (cached,) = Path(folder.name).iterdir()
    shutil.copyfile(path, cached)
    stored = load_grid(grid.recipe, folder.name)
    if stored is not None:
        np.testing.assert_array_equal(stored.coefficients, grid.coefficients)
        assert (stored.error_max, stored.error_rms) == (grid.error_max, grid.error_rms)


FORMATS = (
    *(
        FileFormat(name=name, suffix=f".{name.rpartition('-')[2]}", originals=partial(_fields, writer), load=_read)
        for name, writer in WRITERS.items()
    ),
    FileFormat(name="grid-cache", suffix=".npz", originals=_stored, load=_load_grid),
)
