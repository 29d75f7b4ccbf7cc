"""A store's columns as an xarray Dataset."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.arguments import checked
from lunarsim.campaign.outcome import CUTOFFS, FAILURES, OUTCOMES
from lunarsim.campaign.store.chunk_file import RUN
from lunarsim.campaign.store.folder import ChunkStore
from lunarsim.campaign.store.memory import MemoryStore

if TYPE_CHECKING:
    import xarray as xr


@checked
def open_dataset(
    store: ChunkStore | MemoryStore | str | os.PathLike[str],
    names: Sequence[str] | None = None,
    *,
    indices: Iterable[int] | None = None,
) -> xr.Dataset:
    """Return columns of a store along the dimension ``run``.

    They are in memory: 8 bytes a run and column of floats, and one column more while they are joined. Of a store that
    does not fit, choose columns, or go through :meth:`ChunkStore.chunks`.

    Parameters
    ----------
    store : ChunkStore, MemoryStore or path-like
        The store, or its folder.
    names : sequence of str, optional
        Columns. Default: all.
    indices : iterable of int, optional
        Chunks. Default: all that are whole; the coordinate ``run`` tells which runs they hold.

    Raises
    ------
    InputError
        If there is no such column or chunk.
    DataError
        If there is no store, or a chunk is damaged.
    """
    import xarray as xr  # noqa: PLC0415  (takes half a second, and a campaign that only stores needs it not)

    opened = store if isinstance(store, (ChunkStore, MemoryStore)) else ChunkStore.open(store)
    chosen = opened.check_names(names)
    chunks = [opened.manifest.chunk(index) for index in sorted(opened.done if indices is None else indices)]
    described = {column.name: column for column in opened.manifest.columns}
    read = [opened.read(chunk.index, chosen) for chunk in chunks]
    arrays: dict[str, NDArray[Any]] = {
        name: np.concatenate([np.empty(0, described[name].dtype), *(part.pop(name) for part in read)])
        for name in chosen
    }
    runs = np.concatenate([np.empty(0, np.int64), *(np.arange(c.first, c.first + c.count) for c in chunks)])
    variables = {
        name: (RUN, values, {"units": described[name].unit, "long_name": described[name].words, **_flags(name)})
        for name, values in arrays.items()
    }
    manifest = opened.manifest
    attributes = {"title": manifest.name, "seed": manifest.seed, "sampling": manifest.sampling, **manifest.versions}
    return xr.Dataset(variables, coords={RUN: runs}, attrs=attributes)


def _flags(name: str) -> dict[str, Any]:
    """Return what the codes of a column mean, in the manner of the CF conventions."""
    words = {"outcome": OUTCOMES, "failure": FAILURES}.get(name, CUTOFFS if name.endswith("_cutoff") else None)
    if words is None:
        return {}
    meanings = " ".join(text.replace(" ", "_") or "none" for text in words.values())
    return {"flag_values": np.array(list(words), np.int8), "flag_meanings": meanings}
