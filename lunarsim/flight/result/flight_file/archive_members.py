"""The arrays within a saved flight: each is read when it is asked for, and none that is larger than the file can be."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from math import prod
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.flight.result.flight_file.encoding import NUMBERS

_MOST_PER_BYTE = 20  # of a file, when it is unpacked: Flight.save packs nothing, and zip halves what it writes
_ALWAYS = 2**20  # bytes
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
_NO_HEADER = (ValueError, TypeError, LookupError, SyntaxError, TokenError, RecursionError, MemoryError)
_SUFFIX = ".npy"


class Members(Mapping[str, NDArray[Any]]):
    """Arrays by name.

    Raises
    ------
    ValueError
        If the archive promises more than a saved flight of its size holds, or an array does not fit its bytes; the
        text names the member.
    """

    def __init__(self, archive: zipfile.ZipFile, size: int) -> None:
        self._archive = archive
        self._read: dict[str, NDArray[Any]] = {}
        infos = archive.infolist()
        names = {info.filename for info in infos}
        promised, most = sum(info.file_size for info in infos), _ALWAYS + _MOST_PER_BYTE * size
        if len(names) < len(infos) or promised > most:
            raise ValueError(
                f"{len(infos)} members of {len(names)} names are said to hold {promised} bytes, expected at most {most}"
            )
        for info in infos:
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ValueError(f"{info.filename} is packed by method {info.compress_type}, expected none")
        self._names = [name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)]

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._read:
            self._read[name] = _array(f"{name}{_SUFFIX}", self._archive.read(f"{name}{_SUFFIX}"))
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _array(member: str, content: bytes) -> NDArray[Any]:
    """Return an array in numpy's format, after a look at whether its bytes are there."""
    stream = BytesIO(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # numpy warns of headers that are not its own
            shape, in_columns, dtype = _HEADERS[np.lib.format.read_magic(stream)](stream)
    except (*_NO_HEADER, UserWarning) as error:
        raise ValueError(f"{member} does not begin as an array in numpy's format 1.0 or 2.0: {error}") from None
    if dtype.hasobject:
        raise ValueError(f"{member}: Object arrays cannot be loaded, they could run code")
    there = len(content) - stream.tell()
    if dtype.kind not in NUMBERS or min(shape, default=0) < 0 or prod(shape) * dtype.itemsize != there:
        raise ValueError(f"{member} is said to hold {shape} numbers of type {dtype}, and has {there} bytes of them")
    array = np.frombuffer(content, dtype, offset=stream.tell()).reshape(shape, order="F" if in_columns else "C")
    return np.array(array, dtype.newbyteorder("="), order="C")
