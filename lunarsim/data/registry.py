"""The registry: what each known data file is, where it comes from, and how to tell that it is whole."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lunarsim.errors import DataError, nearest


class DataFile(BaseModel):
    """One data file.

    Attributes
    ----------
    name : str
        The file's name, without a folder.
    kind : str
        What it describes: gravity, terrain, orientation or ephemeris.
    what : str
        One line for a person.
    url : str
        Where it is downloaded from.
    size_bytes : int
        Its size, bytes.
    sha256 : str
        SHA-256 of its bytes, 64 hexadecimal digits.
    sha256_from : str
        How that checksum is known.
    licence, citation : str
        Under which terms it is published, and what to cite.
    package : str
        Where an installed package carries the same file, from the package's name on; empty if none does.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    name: str = Field(pattern=r"^[\w.-]+$")
    kind: Literal["gravity", "terrain", "orientation", "ephemeris"]
    what: str = Field(min_length=1)
    url: str = Field(pattern=r"^https?://\S+$")
    size_bytes: int = Field(gt=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    sha256_from: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    citation: str = Field(min_length=1)
    package: str = ""

    @property
    def size(self) -> str:
        """The size for a person, such as '2.1 MB'."""
        megabytes = self.size_bytes / 1e6
        return f"{megabytes:.1f} MB" if megabytes >= 0.1 else f"{self.size_bytes / 1e3:.1f} kB"


class _Registry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    files: tuple[DataFile, ...]


@cache
def known_files() -> Mapping[str, DataFile]:
    """Return all known data files by name, in the order of the registry file."""
    return read_registry(resources.files("lunarsim.data") / "registry.toml")


def read_registry(path: Traversable) -> Mapping[str, DataFile]:
    """Return the data files of a registry file by name.

    Raises
    ------
    DataError
        If the file is no TOML, an entry lacks a key, has an unknown one or a malformed value, or a name stands twice.
    """
    try:
        files = _Registry.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).files
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: not a TOML file ({error})") from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise DataError(f"{path}: {key} = {first['input']!r}: {first['msg']}") from None
    by_name = {file.name: file for file in files}
    if len({name.lower() for name in by_name}) < len(files):
        raise DataError(f"{path}: two files have the same name; each name must stand once, whatever its case")
    return MappingProxyType(by_name)


def registered(name: str) -> DataFile:
    """Return a known data file; upper and lower case are alike, as archives differ in it.

    Raises
    ------
    DataError
        If no data file has that name; the text gives the nearest names.
    """
    by_lower = {file.name.lower(): file for file in known_files().values()}
    if name.lower() in by_lower:
        return by_lower[name.lower()]
    raise DataError(f"'{name}' is none of lunarsim's data files: {nearest(name, known_files())}")
