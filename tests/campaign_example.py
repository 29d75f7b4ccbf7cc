"""A stand-in for a campaign: columns that depend on the numbers of the runs alone, and their store."""

from __future__ import annotations

import os
import signal

import numpy as np

from lunarsim.campaign import ChunkStore, Column, Manifest

MANIFEST = Manifest(
    name="a campaign",
    hashes={"scenario": "5ce4a10f" * 8, "dispersions": "d15be510" * 8},
    seed=1,
    runs=1050,
    sampling="MonteCarlo()",
    extendable=True,
    chunk_size=100,
    columns=(
        Column(name="speed_mps", unit="m / s", words="speed at the end"),
        Column(name="outcome", words="how it ended", dtype="int8"),
        Column(name="steps", words="steps taken", dtype="int64"),
        Column(name="faulty", words="whether the fault was there", dtype="bool"),
    ),
)


def work(first: int, count: int) -> dict[str, np.ndarray]:
    """Return columns that depend on the numbers of the runs alone, with a NaN and an infinity among them."""
    runs = np.arange(first, first + count)
    speed = np.sin(runs * 0.7) * 1700.0
    speed[runs % 7 == 0], speed[runs % 11 == 0] = np.nan, -np.inf
    return {
        "speed_mps": speed,
        "outcome": (runs % 5 - 1).astype(np.int8),
        "steps": runs * 10**12,
        "faulty": runs % 3 == 0,
    }


def fill(store: ChunkStore, limit: int | None = None) -> list[int]:
    """Write missing chunks, at most so many; return their indices."""
    written = [chunk for chunk, _ in zip(store.missing(), range(limit or 10**9), strict=False)]
    for chunk in written:
        store.write(chunk.index, work(chunk.first, chunk.count), 0.25)
    return [chunk.index for chunk in written]


def bits(store: ChunkStore) -> dict[str, bytes]:
    """Return all that is stored, bit by bit."""
    parts = [columns for _, columns in store.chunks()]
    return {name: np.concatenate([part[name] for part in parts]).tobytes() for name in parts[0]}


def expected(runs: int) -> dict[str, bytes]:
    return {name: values.tobytes() for name, values in work(0, runs).items()}


def failing(first: int, count: int) -> dict[str, np.ndarray]:
    if first == 200:
        raise ZeroDivisionError("no mass")
    return work(first, count)


def killed_once(mark: str, first: int, count: int) -> dict[str, np.ndarray]:
    """Kill the worker process that flies run 200, the first time."""
    if first == 200:
        try:
            os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    return work(first, count)
