"""Crews, which do the work of chunks: what they have in common, and those of a ``concurrent.futures.Executor``."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from typing import Protocol, TypeAlias

from lunarsim.campaign.store.chunk import Chunk, Columns
from lunarsim.errors import LunarsimError

Work: TypeAlias = Callable[[int, int], Columns]
"""Flies ``count`` runs from run ``first`` on; must be known to pickle where processes or a cluster do the work."""

AHEAD = 2  # chunks in flight for each worker: one flown, one that waits for it or for the caller


class Crew(Protocol):
    """Those who do the work: threads, processes, a cluster."""

    def room(self) -> int:
        """Return how many chunks may be in flight now, at least 1."""
        ...

    def start(self, chunk: Chunk) -> None:
        """Take a chunk, and return at once."""
        ...

    def finished(self) -> tuple[Chunk, Columns, float]:
        """Wait until a chunk is done; return it with its columns and seconds.

        What its work raised is raised, with a note that names the runs.
        """
        ...

    def close(self) -> None:
        """Drop what is in flight, as far as it did not begin."""
        ...


def timed(work: Work, chunk: Chunk) -> tuple[Columns, float]:
    """Do the work of a chunk; return the columns and how long it took in seconds."""
    begin = time.perf_counter()
    columns = work(chunk.first, chunk.count)
    return columns, time.perf_counter() - begin


def note_runs(error: BaseException, chunk: Chunk) -> None:
    """Have an error say in which runs it arose."""
    error.add_note(f"raised in {chunk}")


class FuturesCrew:
    """The workers of a ``concurrent.futures.Executor``."""

    poll_s = 0.5  #: how long a wait lasts before Ctrl-C is noticed, which some systems do not let interrupt it
    losses: tuple[type[BaseException], ...] = (BrokenExecutor,)  #: what says that a chunk was lost with its worker

    def __init__(self, executor: Executor, work: Work, room: int = 1) -> None:
        self._executor = executor
        self._work = work
        self._room = room
        self._pending: dict[Future[tuple[Columns, float]], Chunk] = {}
        self._ready: deque[Future[tuple[Columns, float]]] = deque()

    def room(self) -> int:
        """Return how many chunks may be in flight."""
        return self._room

    def start(self, chunk: Chunk) -> None:
        """Take a chunk."""
        try:
            self._pending[self._submit(chunk)] = chunk
        except self.losses as error:
            self._lost(chunk, error)

    def finished(self) -> tuple[Chunk, Columns, float]:
        """Wait until a chunk is done; return it, or raise what its work raised."""
        while True:
            future = self._next_ended()
            chunk = self._pending.pop(future)
            try:
                columns, seconds = future.result()
            except self.losses as error:
                self._lost(chunk, error)
            except BaseException as error:
                note_runs(error, chunk)
                raise
            else:
                return chunk, columns, seconds

    def close(self) -> None:
        """Cancel what did not begin."""
        for future in self._pending:
            future.cancel()

    def _submit(self, chunk: Chunk) -> Future[tuple[Columns, float]]:
        return self._executor.submit(timed, self._work, chunk)

    def _next_ended(self) -> Future[tuple[Columns, float]]:
        """Wait until some chunk ended, well or not."""
        while not self._ready:
            done = wait(self._pending, timeout=self.poll_s, return_when=FIRST_COMPLETED).done
            self._ready.extend(future for future in self._pending if future in done)  # as they were started
            if not done:
                self._waited()
        return self._ready.popleft()

    def _waited(self) -> None:
        """Note that nothing ended for a while."""

    def _lost(self, chunk: Chunk, error: BaseException) -> None:
        """Raise an error for a chunk that was lost, or hand it in again."""
        raise LunarsimError(
            f"a process of the executor died while {chunk} was in flight, and its pool cannot go on ({error}): look "
            "whether there is memory enough, and go on with --resume (resume=True); what is stored is safe"
        ) from error
