"""Where a data file may lie: the user's folder, the cache, an installed package."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from platformdirs import user_cache_path

from lunarsim.data.registry import known_files
from lunarsim.errors import DataError


class Place(Enum):
    """A place of the search, in its order."""

    FOLDER = "LUNARSIM_DATA"
    CACHE = "cache"
    PACKAGE = "package"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A data file that is on this machine."""

    path: Path
    place: Place


def data_folder() -> Path | None:
    """Return the folder that the environment variable LUNARSIM_DATA names, or None where it is not set.

    Raises
    ------
    DataError
        If it names no folder.
    """
    value = os.environ.get("LUNARSIM_DATA")
    if not value:
        return None
    folder = Path(value).expanduser()
    if not folder.is_dir():
        raise DataError(f"LUNARSIM_DATA = {value}: there is no such folder; set it to the folder of your data files")
    return folder


def cache_folder() -> Path:
    """Return the folder that downloads go to: LUNARSIM_CACHE, or the user's cache for lunarsim. It need not exist."""
    value = os.environ.get("LUNARSIM_CACHE")
    if value:
        return Path(value).expanduser()
    return user_cache_path("lunarsim")


def locate(name: str) -> Found | None:
    """Return where a file of that name lies: in LUNARSIM_DATA, the cache, or a package that carries it.

    Upper and lower case are alike, as archives differ in it. Nothing is downloaded and nothing is read.

    Raises
    ------
    DataError
        If LUNARSIM_DATA names no folder.
    """
    for folder, place in ((data_folder(), Place.FOLDER), (cache_folder(), Place.CACHE)):
        path = _in_folder(folder, name)
        if path is not None:
            return Found(path=path, place=place)
    path = _in_package(name)
    return Found(path=path, place=Place.PACKAGE) if path else None


def _in_folder(folder: Path | None, name: str) -> Path | None:
    if folder is None or not folder.is_dir():
        return None
    if (folder / name).is_file():
        return folder / name
    alike = sorted(path for path in folder.iterdir() if path.name.lower() == name.lower() and path.is_file())
    return alike[0] if alike else None


def _in_package(name: str) -> Path | None:
    carried = next((file.package for file in known_files().values() if file.name.lower() == name.lower()), "")
    if not carried:
        return None
    package, *rest = PurePosixPath(carried).parts
    spec = find_spec(package)  # found, not imported: only its data file is wanted
    folders = (spec.submodule_search_locations or []) if spec else []
    return next((path for folder in folders if (path := Path(folder, *rest)).is_file()), None)
