"""Chunks on threads, processes and a cluster: the same results, few in flight, errors that name the runs."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from io import StringIO
from multiprocessing import get_context

import dask
import numpy as np
import pytest
from campaign_example import MANIFEST, bits, expected, failing, killed_once, work
from distributed import Client, LocalCluster, get_worker
from rich.console import Console

from lunarsim.campaign import Chunk, ChunkStore, progress_bar, run_chunks
from lunarsim.campaign.executors.crew import AHEAD
from lunarsim.errors import InputError, LunarsimError

CHUNKS = [Chunk(index, 10 * index, 10) for index in range(40)]


class Recorder:
    """Keeps what is handed over, and in which thread."""

    def __init__(self, stop_after: int = 10**9) -> None:
        self.columns: dict[int, dict[str, np.ndarray]] = {}
        self.threads: set[int] = set()
        self.seconds: list[float] = []
        self._stop_after = stop_after

    def __call__(self, index: int, columns: dict[str, np.ndarray], seconds: float) -> bool:
        assert index not in self.columns
        self.columns[index] = columns
        self.threads.add(threading.get_ident())
        self.seconds.append(seconds)
        return len(self.columns) >= self._stop_after

    def bits(self) -> dict[str, bytes]:
        parts = [self.columns[index] for index in sorted(self.columns)]
        return {name: np.concatenate([part[name] for part in parts]).tobytes() for name in parts[0]}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0") as cluster,
        Client(cluster) as connected,
    ):
        yield connected


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_any_number_of_threads_gives_the_same_bits_once_each_to_the_callers_thread(workers):
    recorder = Recorder()
    assert run_chunks(work, iter(CHUNKS), workers=workers, on_done=recorder) is False
    assert recorder.bits() == expected(400)
    assert recorder.threads == {threading.get_ident()}
    assert min(recorder.seconds) >= 0.0


def test_a_cluster_gives_the_bits_of_threads(client):
    recorder = Recorder()
    run_chunks(work, CHUNKS, executor=client, on_done=recorder)
    assert recorder.bits() == expected(400)
    assert recorder.threads == {threading.get_ident()}


def by_worker(first: int, count: int) -> dict[str, np.ndarray]:
    """Return the port of the worker that does the work."""
    port = int(get_worker().address.rpartition("/")[2].rpartition(":")[2])
    return {"worker": np.full(count, port)}


def test_each_worker_of_a_cluster_has_chunks_from_the_start(client):
    recorder = Recorder()
    run_chunks(by_worker, CHUNKS[: 2 * AHEAD], executor=client, on_done=recorder)  # as many as are in flight at once
    assert len({int(columns["worker"][0]) for columns in recorder.columns.values()}) == 2


def test_a_store_takes_chunks_as_they_come(tmp_path):
    with ChunkStore.create(tmp_path / "store", MANIFEST) as store:
        run_chunks(work, store.missing(), workers=3, on_done=store.write)
        assert bits(store) == expected(1050)


@pytest.mark.parametrize("kind", ["threads", "cluster"])
def test_only_a_few_chunks_are_in_flight_however_many_there_are(kind, client):
    taken = handed = most = 0

    def supply() -> Iterator[Chunk]:
        nonlocal taken, most
        for index in range(10**12):
            taken += 1
            most = max(most, taken - handed)
            yield Chunk(index, 10 * index, 10)

    def on_done(index: int, columns: object, seconds: float) -> bool:
        nonlocal handed
        handed += 1
        return handed == 60

    executor = client if kind == "cluster" else None
    assert run_chunks(work, supply(), workers=3, executor=executor, on_done=on_done) is True
    assert most == AHEAD * 3 + 1  # one is replaced while it is handed over


def test_the_caller_may_stop_early(client):
    for executor in (None, client):
        recorder = Recorder(stop_after=5)
        assert run_chunks(work, CHUNKS, executor=executor, on_done=recorder) is True
        assert len(recorder.columns) == 5


@pytest.mark.parametrize("kind", ["threads", "cluster"])
def test_an_error_of_the_work_is_raised_as_it_is_with_the_numbers_of_the_runs(kind, client):
    executor = client if kind == "cluster" else None
    recorder = Recorder()
    with pytest.raises(ZeroDivisionError, match="no mass") as caught:
        run_chunks(failing, (Chunk(i, 10 * i, 10) for i in range(10**12)), executor=executor, on_done=recorder)
    assert caught.value.__notes__ == ["raised in chunk 20 (runs 200 to 209)"]
    assert 20 not in recorder.columns


def test_an_error_of_the_caller_ends_the_work():
    def full(index: int, columns: object, seconds: float) -> None:
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        run_chunks(work, (Chunk(i, 10 * i, 10) for i in range(10**12)), workers=2, on_done=full)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lunarsim")]


def test_ctrl_c_leaves_whole_chunks_and_no_threads(tmp_path, request):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a parallel test run ignores the signal
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))

    def on_done(index, columns, seconds):
        store.write(index, columns, seconds)
        if len(store.done) == 3:
            signal.raise_signal(signal.SIGINT)

    with ChunkStore.create(tmp_path / "store", MANIFEST) as store, pytest.raises(KeyboardInterrupt):
        run_chunks(work, store.missing(), workers=2, on_done=on_done)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lunarsim")]
    with ChunkStore.resume(tmp_path / "store", MANIFEST) as store:
        assert len(store.done) == 3
        assert bits(store)["outcome"] == b"".join(
            work(chunk.first, chunk.count)["outcome"].tobytes() for chunk, _ in store.chunks([])
        )


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL of POSIX")
def test_processes_give_the_bits_of_threads_and_a_killed_one_ends_the_work_with_words(tmp_path):
    recorder, killing = Recorder(), partial(killed_once, str(tmp_path / "mark"))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        run_chunks(work, CHUNKS, executor=pool, on_done=recorder)
        assert recorder.bits() == expected(400)
        with pytest.raises(LunarsimError, match=r"a process of the executor died.*safe"):
            run_chunks(killing, CHUNKS, executor=pool, on_done=Recorder())


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL of POSIX")
@pytest.mark.slow
def test_a_killed_worker_of_a_cluster_costs_its_chunks_and_no_more(tmp_path):
    """The scheduler gives the chunk up at its first loss here, as it does after some losses elsewhere."""
    recorder = Recorder()
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(n_workers=1, threads_per_worker=2, processes=True, dashboard_address=":0") as cluster,
        Client(cluster) as processes,
    ):
        run_chunks(partial(killed_once, str(tmp_path / "mark")), CHUNKS, executor=processes, on_done=recorder)
    assert (tmp_path / "mark").exists()
    assert recorder.bits() == expected(400)


@pytest.mark.slow
def test_a_cluster_that_is_gone_ends_the_work_with_words():
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0")
    lost = Client(cluster)

    def on_done(index: int, columns: object, seconds: float) -> None:
        if index == 3:
            lost.close()
            cluster.close()

    with pytest.raises(LunarsimError, match=r"the cluster is gone.*--resume"):
        run_chunks(work, CHUNKS, executor=lost, on_done=on_done)


@pytest.mark.parametrize("workers", [0, -1, 1.5, True])
def test_a_senseless_number_of_workers_is_refused(workers):
    with pytest.raises(InputError, match=r"workers = .* whole number of at least 1"):
        run_chunks(work, CHUNKS, workers=workers, on_done=Recorder())


def test_an_executor_that_is_none_is_refused():
    with pytest.raises(InputError, match=r"expected a dask\.distributed\.Client or a concurrent\.futures\.Executor"):
        run_chunks(work, CHUNKS, executor="localhost:8786", on_done=Recorder())


def test_the_callers_executor_stays_open():
    with ThreadPoolExecutor(2) as pool:
        run_chunks(work, CHUNKS, executor=pool, on_done=Recorder())
        assert pool.submit(len, "open").result() == 4


@pytest.mark.parametrize(("terminal", "quiet"), [(True, False), (False, False), (True, True)])
def test_progress_is_shown_on_a_terminal_alone_and_not_when_quiet(terminal, quiet):
    screen = StringIO()
    console = Console(file=screen, force_terminal=terminal, width=100)
    with progress_bar("luna25", 1_000_000, done=200_000, quiet=quiet, console=console) as advance:
        for _ in range(80):
            advance(10_000)
    if terminal and not quiet:
        assert "luna25" in screen.getvalue()
        assert "1,000,000 of 1,000,000 runs" in screen.getvalue()
        assert "runs/s" in screen.getvalue()
    else:
        assert screen.getvalue().strip() == ""
