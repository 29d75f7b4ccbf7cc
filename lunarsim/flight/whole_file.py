"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lunarsim.errors import OutputError


@contextmanager
def written_whole(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a path beside ``path`` to write to; the file moves into place when the block ends without an error.

    Raises
    ------
    OutputError
        If the file cannot be written; what stood at ``path`` before is then as it was.
    """
    target = Path(path)
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".writing-") as folder:
            draft = Path(folder) / target.name
            yield draft
            os.replace(draft, target)
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(
            f"{target}: the file cannot be written ({error.strerror or error}): "
            "give a file in a folder that exists and that you may write to"
        ) from None
