"""The chunks of a campaign, flown by threads, by processes or by a cluster; results as they come."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any, TypeAlias

from lunarsim.arguments import checked
from lunarsim.campaign.executors.crew import AHEAD, Crew, FuturesCrew, Work
from lunarsim.campaign.store.chunk import Chunk, Columns
from lunarsim.errors import InputError

OnDone: TypeAlias = Callable[[int, Columns, float], bool | None]
"""Takes the index, the columns and the seconds of a chunk; true says that no more chunks are wanted."""


@checked
def run_chunks(
    work: Work,
    chunks: Iterable[Chunk],
    *,
    on_done: OnDone,
    workers: int | None = None,
    executor: Any = None,
) -> bool:
    """Do the work of each chunk, many at once, and hand over each result in the caller's thread as it comes.

    A chunk's result depends on the chunk alone, so it is the same however many workers there are; the order in
    which results come is not. However many chunks there are, only a few are in flight or in memory: twice as many
    as workers.

    Parameters
    ----------
    work : callable
        ``work(first, count)`` returns the columns of runs ``first`` to ``first + count - 1``.
    chunks : iterable of Chunk
        What to do; taken one by one, as there is room.
    on_done : callable
        ``on_done(index, columns, seconds)`` takes a result. If it returns true, no more chunks are begun, those in
        flight are dropped, and this function returns.
    workers : int, optional
        How many chunks are worked on at once. Default: the processors that this process may use; with a client of
        dask, all threads of all its workers, also of those that come later.
    executor : optional
        Where the work is done: a ``dask.distributed.Client``, or any ``concurrent.futures.Executor``. It is left
        open. Default: threads of this process.

    Returns
    -------
    bool
        Whether ``on_done`` asked to stop.

    Raises
    ------
    InputError
        If ``workers`` or ``executor`` is of no use.
    LunarsimError
        If workers were lost again and again with the same chunk.
    Exception
        What ``work`` or ``on_done`` raised. What ``work`` raised has a note with the numbers of the runs. Chunks not
        yet begun are cancelled, those in flight awaited (threads) or cancelled.
    """
    if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int) or workers < 1):
        raise InputError(f"workers = {workers!r}: expected a whole number of at least 1")
    with _crew(work, workers, executor) as crew:
        supply = iter(chunks)
        in_flight = _start(crew, supply, crew.room())
        while in_flight:
            chunk, columns, seconds = crew.finished()
            in_flight -= 1
            in_flight += _start(crew, supply, crew.room() - in_flight)
            if on_done(chunk.index, columns, seconds):
                return True
    return False


def available_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _start(crew: Crew, supply: Iterator[Chunk], count: int) -> int:
    """Start at most so many chunks; return how many there were."""
    started = 0
    for chunk in islice(supply, max(count, 0)):
        crew.start(chunk)
        started += 1
    return started


@contextmanager
def _crew(work: Work, workers: int | None, executor: Any) -> Iterator[Crew]:
    if executor is None:
        count = workers or available_processors()
        pool = ThreadPoolExecutor(count, thread_name_prefix="lunarsim")
        try:
            with closing(FuturesCrew(pool, work, AHEAD * count)) as crew:
                yield crew
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    elif isinstance(executor, Executor):
        with closing(FuturesCrew(executor, work, AHEAD * (workers or available_processors()))) as crew:
            yield crew
    elif callable(getattr(executor, "scheduler_info", None)) and callable(getattr(executor, "submit", None)):
        from lunarsim.campaign.executors.cluster import DaskCrew  # noqa: PLC0415  (dask is an extra)

        with closing(DaskCrew(executor, work, workers)) as dask_crew:
            yield dask_crew
    else:
        raise InputError(
            f"executor = {executor!r}: expected a dask.distributed.Client or a concurrent.futures.Executor"
        )
