"""A chunk as the bytes of a Parquet file, which pandas, polars, DuckDB and Arrow read as well."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from lunarsim.campaign.store.chunk import Chunk, Columns
from lunarsim.campaign.store.chunk_log import Entry
from lunarsim.campaign.store.manifest import Column
from lunarsim.errors import DataError, InputError

RUN = "run"  # the column that numbers the runs, so that a reader of many files need not know their order


def encode(chunk: Chunk, described: Sequence[Column], columns: Columns) -> memoryview:
    """Return the bytes of a chunk's file.

    Raises
    ------
    InputError
        If the columns are not those described, in name, type and length.
    """
    check_columns(chunk, described, columns)
    fields = [pa.field(RUN, pa.int64(), nullable=False, metadata={"words": "number of the run, from 0"})]
    fields += [
        pa.field(
            column.name,
            pa.from_numpy_dtype(np.dtype(column.dtype)),
            nullable=False,
            metadata={"unit": column.unit, "words": column.words},
        )
        for column in described
    ]
    runs = np.arange(chunk.first, chunk.first + chunk.count, dtype=np.int64)
    arrays = [pa.array(runs), *(pa.array(columns[column.name]) for column in described)]
    sink = pa.BufferOutputStream()
    parquet.write_table(
        pa.Table.from_arrays(arrays, schema=pa.schema(fields)),
        sink,
        use_dictionary=False,
        column_encoding={RUN: "DELTA_BINARY_PACKED"},
        write_statistics=False,
    )
    return memoryview(sink.getvalue())


def check_columns(chunk: Chunk, described: Sequence[Column], columns: Columns) -> None:
    """Raise an InputError if columns are not those described, in name, type and length."""
    expected = {column.name: (np.dtype(column.dtype), (chunk.count,)) for column in described}
    given = {name: (values.dtype, values.shape) for name, values in columns.items()}
    wrong = sorted(name for name in expected.keys() | given.keys() if expected.get(name) != given.get(name))
    if wrong:
        name = wrong[0]
        raise InputError(
            f"{chunk}: column '{name}' is {_described(given.get(name))}: expected {_described(expected.get(name))}"
            + (f"; so are {len(wrong) - 1} more: {', '.join(wrong[1:])}" if len(wrong) > 1 else "")
        )


def read_columns(
    file: Path, entry: Entry, described: Sequence[Column], names: Sequence[str]
) -> dict[str, NDArray[Any]]:
    """Return columns of a chunk's file; they are not writable.

    Raises
    ------
    DataError
        If it is not what the log says, or not the chunk that the manifest describes.
    """
    content = read_sound(file, entry)
    try:
        columns = _decoded(content, {column.name: column.dtype for column in described}, entry.count, names)
    except (pa.ArrowException, OSError, MemoryError, ValueError, LookupError) as error:
        raise _damaged(file, entry, f"it is no Parquet file of this chunk: {error}") from None
    return columns


def _decoded(content: bytes, dtypes: Mapping[str, str], count: int, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return columns; a ValueError, before they are read, where the file promises others or more than there may be."""
    file = parquet.ParquetFile(pa.BufferReader(content))
    expected = {RUN: "int64", **dtypes}
    found = {column.name: str(column.type) for column in file.schema_arrow}
    promised = {name: {"double": "float64"}.get(kind, kind) for name, kind in found.items()}
    if file.metadata.num_rows != count or promised != expected:
        raise ValueError(f"{file.metadata.num_rows} rows of {promised}, expected {count} of {expected}")
    table = file.read(columns=list(names), use_threads=False)  # one chunk is too little to be shared among threads
    columns = {name: table[name].to_numpy() for name in names}
    wrong = [name for name, values in columns.items() if (values.dtype, values.size) != (expected[name], count)]
    if wrong:
        raise ValueError(f"column '{wrong[0]}' lacks values")
    return columns


def read_sound(file: Path, entry: Entry) -> bytes:
    """Return the content of a chunk's file, if it is what the log says.

    Raises
    ------
    DataError
        If it is not; the text names the file and says how to have its runs flown again.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _damaged(file, entry, f"it cannot be read: {error.strerror or error}") from None
    if len(content) != entry.bytes:
        raise _damaged(file, entry, f"it has {len(content)} bytes, was written with {entry.bytes}")
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise _damaged(file, entry, "its SHA-256 is not that with which it was written")
    return content


def _damaged(file: Path, entry: Entry, why: str) -> DataError:
    chunk = Chunk(entry.index, entry.first, entry.count)
    return DataError(
        f"{file}: {chunk} is damaged ({why}): delete this file, or discard({entry.index}) it, "
        "and go on with --resume (resume=True): its runs are flown again, with the same result"
    )


def _described(what: tuple[np.dtype[Any], tuple[int, ...]] | None) -> str:
    return "none" if what is None else f"{what[0]} of shape {what[1]}"
