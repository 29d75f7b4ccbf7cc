"""The workers of a dask cluster, any of which may be lost at any moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from distributed import Client
from distributed.comm.core import CommClosedError
from distributed.scheduler import KilledWorker

from lunarsim import __version__
from lunarsim.campaign.executors.crew import AHEAD, FuturesCrew, Work, timed
from lunarsim.campaign.store.chunk import Chunk, Columns
from lunarsim.errors import InputError, LunarsimError, warn

LOSSES = 5  # how often a chunk is handed in again, each time for as many workers as the scheduler allows (three)


class DaskCrew(FuturesCrew):
    """The workers of a ``dask.distributed.Client``, through dask's own executor.

    The scheduler gives the chunks of a lost worker to others. A chunk in flight on several lost workers it holds
    for the culprit, and gives up, whatever retries the executor was made with; it is then handed in again, a bounded
    number of times.
    """

    poll_s = 30.0  #: how long a wait lasts before it is asked whether there are workers at all
    losses = (KilledWorker, CancelledError, CommClosedError)

    def __init__(self, client: Client, work: Work, workers: int | None) -> None:
        if client.asynchronous:
            raise InputError("executor: the client is asynchronous; expected Client(..., asynchronous=False)")
        super().__init__(client.get_executor(pure=False), work)
        self._client = client
        self._workers = workers
        self._tries: Counter[int] = Counter()
        self._wished: dict[int, str | None] = {}  # the address of the worker that is to fly a chunk in flight
        self._waits_for_workers = False
        self._imports = self._import()
        self._held = self._hold()

    def room(self) -> int:
        """Return how many chunks may be in flight."""
        with self._reached():
            return AHEAD * (self._workers or max(sum(self._client.nthreads().values()), 1))

    def finished(self) -> tuple[Chunk, Columns, float]:
        """Wait until a chunk is done; return it, or raise what its work raised."""
        done = super().finished()
        del self._tries[done[0].index], self._wished[done[0].index]
        return done

    def close(self) -> None:
        """Cancel what did not begin."""
        if self._client.status == "running":
            super().close()
            self._client.cancel([self._held, *self._imports])

    def _submit(self, chunk: Chunk) -> Any:
        """Hand in a chunk, with the wish that it be flown by the worker that has least to do.

        Without one, the scheduler would give each chunk to a worker that holds the work already, which is one at
        first; others would come by chunks and work when they steal them, a good part of a second later.
        """
        self._tries[chunk.index] += 1
        with self._reached():
            threads = self._client.nthreads()
            busy = Counter(self._wished.values())
            wished = min(threads, key=lambda address: busy[address] / threads[address], default=None)
            self._wished[chunk.index] = wished
            where = {} if wished is None else {"workers": [wished], "allow_other_workers": True}
            return self._executor.submit(_flown, self._held, chunk, __version__, **where)

    def _waited(self) -> None:
        """Say so where a wait is one for a worker to come."""
        with self._reached():
            deserted = not self._client.nthreads()
        if deserted and not self._waits_for_workers:
            warn(
                "the cluster has no worker: the campaign waits for one; it can be stopped (Ctrl-C) and resumed",
                RuntimeWarning,
            )
        self._waits_for_workers = deserted

    def _import(self) -> list[Any]:
        """Have each worker import what the work needs, all at once, while one of them takes the work itself over.

        Else they would begin one after the other: that takes seconds, and a worker gets the work from another.
        """
        with self._reached():
            where = [{"workers": [address], "allow_other_workers": True} for address in self._client.nthreads()]
            return [self._client.submit(_imported, self._work.__module__, pure=False, **one) for one in where]

    def _hold(self) -> Any:
        """Send the work to the cluster, once; the scheduler keeps it, so that a lost worker does not lose it."""
        with self._reached():
            return self._client.submit(_same, self._work, pure=False)

    def _lost(self, chunk: Chunk, error: BaseException) -> None:
        """Hand in a lost chunk once more."""
        self._check_reached()
        self._check_held()
        if self._tries[chunk.index] > LOSSES:
            raise LunarsimError(
                f"{chunk} was lost {self._tries[chunk.index]} times with its workers ({error}): look into the "
                "workers' logs, whether they have memory enough, and go on with --resume (resume=True); what is "
                "stored is safe"
            ) from error
        self.start(chunk)

    def _check_held(self) -> None:
        """Send the work once more if it was lost; refuse to go on where the cluster cannot take it over."""
        if self._held.status == "error" and not isinstance(cause := self._held.exception(), KilledWorker):
            raise LunarsimError(
                f"the cluster cannot take the work over ({cause}): lunarsim {__version__}, and whatever else the work "
                "needs, must be installed with the scheduler and with every worker"
            ) from cause
        if self._held.status not in ("finished", "pending"):
            self._held = self._hold()

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Turn what the client raises where it does not reach its scheduler into words."""
        self._check_reached()
        try:
            yield
        except (OSError, RuntimeError) as error:
            raise _gone(str(error)) from error

    def _check_reached(self) -> None:
        if self._client.status != "running":
            raise _gone(f"the client is {self._client.status}")


def _gone(why: str) -> LunarsimError:
    return LunarsimError(
        f"the cluster is gone ({why}): start one, and go on with --resume (resume=True); what is stored is safe"
    )


def _flown(work: Work, chunk: Chunk, version: str) -> tuple[Columns, float]:
    """Do the work of a chunk on a worker, which must be of the version of the caller: other bits are no help."""
    if version != __version__:
        raise LunarsimError(
            f"a worker has lunarsim {__version__}, the campaign runs with {version}: install the same with each worker"
        )
    return timed(work, chunk)


def _imported(module: str) -> None:
    with suppress(ImportError):  # said where the work itself is taken over
        import_module(module)


def _same(work: Work) -> Work:
    return work
