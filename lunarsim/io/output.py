"""A folder of results: checked before the work, written when all of it is there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from lunarsim.errors import OutputError
from lunarsim.files import written_together

Write = Callable[[Path], None]


def prepare_folder(folder: Path) -> None:
    """Make a folder for results, and make sure that files can be written there.

    Raises
    ------
    OutputError
        If the folder cannot be made or written to.
    """
    try:
        made = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError.refused(folder, "results cannot be written there", error) from None
    if made:
        folder.rmdir()  # made again when there is something to put into it


def write_files(folder: Path, files: dict[str, Write]) -> list[Path]:
    """Write files into a folder: all into a temporary folder beside it first, then each moved into place.

    Parameters
    ----------
    folder : Path
        Where the files go; made if need be.
    files : dict of str to callable
        For each file name, what writes it to the path that it is given.

    Returns
    -------
    list of Path
        The files, in order.

    Raises
    ------
    OutputError
        If a file cannot be written: none is put into place unless the disk fails between two of them.
    """
    with written_together(folder, files.keys()) as drafts:
        for name, write in files.items():
            write(drafts / name)
    return [folder / name for name in files]
