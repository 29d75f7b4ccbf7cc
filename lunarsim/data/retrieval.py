"""A data file by its name: from where it lies, or downloaded, whole or not at all."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from lunarsim.data.integrity import difference
from lunarsim.data.places import Place, cache_folder, data_folder, locate, user_path
from lunarsim.data.registry import DataFile, registered
from lunarsim.errors import DataError, OutputError

if TYPE_CHECKING:
    from requests import Response

_CHUNK_BYTES = 1 << 16


class ProgressBar(Protocol):
    """What a download reports to: pooch sets ``total`` in bytes, then calls the methods."""

    total: float

    def update(self, amount: int) -> None:
        """Take note of so many bytes more."""

    def reset(self) -> None:
        """Begin again at zero."""

    def close(self) -> None:
        """Take note that the download is over."""


def find(name: str | os.PathLike[str], *, download: bool = False) -> Path:
    """Return the path of a data file.

    Searched in this order: ``name`` itself as a path, the folder that LUNARSIM_DATA names, the cache, an installed
    package that carries the file. A file in one of the folders is found whether or not the registry knows it.

    Parameters
    ----------
    name : str or path
        The name of a data file, such as ``"LP165P.cof"``, or the path of any file.
    download : bool
        If true, a file of the registry that is nowhere is downloaded into the cache.

    Raises
    ------
    DataError
        If there is no such file; the text says how to get it. If a download fails.
    InputError
        If no file can have this name.
    OutputError
        If the cache cannot be written to.
    """
    given = user_path(name)
    if given.is_file():
        return given
    if given.is_dir():
        raise DataError(f"{given}: this is a folder: give the path of a file in it")
    if given.name != str(given):
        raise DataError(f"{given}: there is no such file; give the path of a file, or the name of a data file")
    return _find_by_name(given.name, Path.cwd(), download=download)


def find_beside(folder: Path, name: str) -> Path:
    """Return the path of a file that a file in ``folder`` names.

    It lies in that folder or below it, links followed, or is a data file in LUNARSIM_DATA, in the cache or in a
    package: who reads a stranger's file does not let it choose among the other files of this machine.

    Raises
    ------
    DataError
        If there is no such file, or it lies elsewhere; the text says what can be done.
    InputError
        If no file can have this name.
    """
    home, beside = (
        user_path(os.path.realpath(user_path(path))) for path in (folder.absolute(), folder.absolute() / name)
    )
    if name.startswith("~") or not beside.is_relative_to(home):
        raise DataError(
            f"{name}: lies outside the folder {folder.absolute()} of the file that names it: copy it there, or put it "
            f"into {_folder_advice()} and give its name alone; a command (--terrain, --field) and Python may name any"
        )
    if beside.is_file():
        return beside
    if beside.is_dir():
        raise DataError(f"{name}: this is a folder in {folder.absolute()}: expected a file")
    if Path(name).name != name:
        raise DataError(f"{name}: there is no such file in {folder.absolute()}")
    return _find_by_name(name, folder.absolute())


def _find_by_name(name: str, folder: Path, *, download: bool = False) -> Path:
    found = locate(name)
    if found is not None:
        return found.path
    file = _registered(name, folder)
    if download:
        return fetch(file.name)
    raise DataError(
        f"{file.name} ({file.what}; {file.size}) is {_nowhere()}: run 'lunarsim data fetch {file.name}', "
        f"or download {file.url} into {_folder_advice()}"
    )


def _registered(name: str, folder: Path) -> DataFile:
    try:
        return registered(name)
    except DataError as error:
        raise DataError(f"{name}: there is no such file in {folder}, and {error}") from None


def fetch(name: str, *, progress: ProgressBar | None = None) -> Path:
    """Return the path of a data file of the registry, whole: downloaded into the cache where it is not.

    Parameters
    ----------
    name : str
        Its name.
    progress : ProgressBar, optional
        What a download reports to.

    Raises
    ------
    DataError
        If no data file has that name, its download fails or is corrupted, or a damaged copy in LUNARSIM_DATA hides it.
    OutputError
        If the cache cannot be written to.
    """
    file = registered(name)
    found = locate(file.name)
    if found is None or found.place is Place.CACHE:
        return download(file, cache_folder(), progress=progress)
    reason = difference(file, found.path)
    if reason:
        raise DataError(
            f"{found.path}: damaged, or another version ({reason}); it is searched before the cache: "
            "move it away, then fetch again"
        )
    return found.path


def download(file: DataFile, folder: Path, *, progress: ProgressBar | None = None) -> Path:
    """Return the path of a data file in a folder, downloaded unless a whole copy is there.

    The bytes go to a temporary file, which takes its name when its checksum is right; otherwise it is removed, and a
    copy that was there stays as it was.

    Raises
    ------
    DataError
        If the download fails, or what came is not what the registry means.
    OutputError
        If the folder cannot be written to.
    """
    import pooch  # noqa: PLC0415  (it loads slowly, and most runs need no data file)
    from requests import RequestException  # noqa: PLC0415

    _check_writable(folder)
    try:
        with ExitStack() as stack:
            stack.callback(pooch.get_logger().setLevel, pooch.get_logger().level)
            pooch.get_logger().setLevel(logging.WARNING)  # it would print each download
            downloader = pooch.HTTPDownloader(
                progressbar=progress or False, chunk_size=_CHUNK_BYTES, hooks={"response": _closed_by(stack)}
            )
            path = pooch.retrieve(
                file.url, known_hash=f"sha256:{file.sha256}", fname=file.name, path=folder, downloader=downloader
            )
    except RequestException as error:
        raise DataError(
            f"{file.name} could not be downloaded ({_reason(error, file.url)}): try again, or where there is "
            f"a network download {file.url} into {_folder_advice()}"
        ) from None
    except ValueError:
        raise DataError(
            f"{file.name}: what came from {file.url} does not have the SHA-256 of the registry ({file.sha256}) and was "
            "thrown away: try again; if it stays so, the archive has another version now"
        ) from None
    except OSError as error:
        raise _unwritable(folder, error) from None
    return Path(path)


def _closed_by(stack: ExitStack) -> Callable[..., None]:
    """Return a hook that has the connection closed also where a download is stopped half-way."""

    def hook(response: Response, *_: object, **__: object) -> None:
        stack.callback(response.close)

    return hook


def _check_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from None


def _unwritable(folder: Path, error: OSError) -> OutputError:
    what = "data files cannot be written there"
    return OutputError.refused(folder, what, error, instead="set LUNARSIM_CACHE to a folder")


def _reason(error: Exception, url: str) -> str:
    from requests import HTTPError, Timeout  # noqa: PLC0415
    from requests.exceptions import ChunkedEncodingError  # noqa: PLC0415

    host = urlsplit(url).netloc
    if isinstance(error, HTTPError) and error.response is not None:
        return f"{host} answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, ChunkedEncodingError):
        return f"the connection to {host} broke off"
    return f"no answer from {host}" if isinstance(error, Timeout) else f"no connection to {host}"


def _nowhere() -> str:
    folder = data_folder()
    return f"neither in {folder} (LUNARSIM_DATA) nor in the cache" if folder else "not on this machine"


def _folder_advice() -> str:
    folder = data_folder()
    return f"{folder} (LUNARSIM_DATA)" if folder else "a folder of yours, and set LUNARSIM_DATA to that folder"
