"""Where a data file may lie: the user's folder, the cache, an installed package."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from platformdirs import user_cache_path

from lunarsim.data.registry import known_files
from lunarsim.errors import DataError, InputError, shown


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


def user_path(name: object) -> Path:
    """Return the path that a user gave, ``~`` replaced; the one place where names of files come in.

    The file need not exist.

    Parameters
    ----------
    name : str or path
        As it was given.

    Raises
    ------
    InputError
        If it is no name of a file: of another class, with a NUL, too long, of a user that does not exist, behind links
        that go in a circle or a folder that may not be entered.
    """
    if not isinstance(name, str | os.PathLike):
        raise InputError(f"{shown(name)} is not the name of a file: give a text or a path")
    given = shown(os.fspath(name))
    try:
        path = Path(name).expanduser()
        with suppress(FileNotFoundError, NotADirectoryError):
            path.stat()
    except RuntimeError:
        raise InputError(f"{given}: there is no such user on this machine: give the whole path") from None
    except (TypeError, ValueError) as error:
        raise InputError(f"{given}: no file can have this name ({error}): give another") from None
    except OSError as error:
        why, other = error.strerror or error, "a shorter name" if error.errno == errno.ENAMETOOLONG else "another path"
        raise InputError(f"{given}: no file can be reached under this name ({why}): give {other}") from None
    return path


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
    folder = user_path(value)
    if not folder.is_dir():
        raise DataError(f"LUNARSIM_DATA = {value}: there is no such folder; set it to the folder of your data files")
    return folder


def cache_folder() -> Path:
    """Return the folder that downloads go to: LUNARSIM_CACHE, or the user's cache for lunarsim. It need not exist."""
    value = os.environ.get("LUNARSIM_CACHE")
    if value:
        return user_path(value)
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
    if user_path(folder / name).is_file():
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
