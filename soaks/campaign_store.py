"""Kill a campaign at random moments, resume it, and look whether anything was lost or doubled.

    python soaks/campaign_store.py                       50 kills of the process, 20 of workers of a dask cluster
    python soaks/campaign_store.py --kills 5 --workers 0

Each process is killed with SIGKILL at a random moment after its start, some while they begin, most while they fly and
write. What is on the disk after each kill is printed. A campaign that is whole is compared, bit by bit, with one that
nobody interrupted, and the next one begins, until there were kills enough.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from lunarsim import load_campaign
from lunarsim.campaign.executors.execution import run_chunks
from lunarsim.campaign.store.chunk import Columns
from lunarsim.campaign.store.folder import ChunkStore

SEED = 20230819
RUNS, CHUNK_SIZE = 20_100, 100  # the last chunk is whole, and there are many
CAMPAIGN = load_campaign("luna25")
MANIFEST = CAMPAIGN.manifest(RUNS, SEED, CHUNK_SIZE)
WORK = CAMPAIGN.work(RUNS, SEED)


def counted(folder: str, first: int, count: int) -> Columns:
    """Do the work, after a note of the worker's process that it begins."""
    with Path(folder, f"{os.getpid()}.calls").open("a") as calls:
        calls.write(f"{first}\n")
    return WORK(first, count)


def fly(folder: Path) -> None:
    """Go on with the campaign in a folder, to its end."""
    print("begin", flush=True)
    with ChunkStore.resume(folder, MANIFEST) as store:

        def on_done(index: int, columns: Columns, seconds: float) -> None:
            store.write(index, columns, seconds)
            if told:
                print(told.pop(), flush=True)

        told = ["fly"]
        run_chunks(WORK, store.missing(), workers=2, on_done=on_done)


def digest(folder: Path) -> str:
    """Return a hash of all columns of all runs, in their order."""
    total = hashlib.sha256()
    store = ChunkStore.open(folder)
    for chunk, columns in store.chunks():
        total.update(f"{chunk}".encode())
        for name in sorted(columns):
            total.update(name.encode() + columns[name].tobytes())
    if store.runs_done != MANIFEST.runs or store.verify():
        raise SystemExit(f"{folder}: {store.runs_done} runs of {MANIFEST.runs}, damaged: {store.verify()}")
    return total.hexdigest()


def found(folder: Path) -> str:
    """Return in words what a killed process left behind."""
    if not (folder / "manifest.json").exists():
        names = [path.name for path in folder.iterdir()] if folder.exists() else []
        return f"no manifest yet; in the folder: {', '.join(names) or 'nothing'}"
    log = folder / "chunks.log"
    text = log.read_bytes() if log.exists() else b""
    drafts = [*folder.glob(".writing-*/*"), *folder.glob("chunks/.writing-*/*")]
    files = len(list(folder.glob("chunks/*.parquet")))
    whole = text.count(b"\n")
    return (
        f"{whole:4d} chunks logged, {files - whole} written and not logged, {len(drafts)} unfinished files"
        f" ({sum(draft.stat().st_size for draft in drafts)} bytes)"
        + ("" if text.endswith(b"\n") or not text else ", a torn line in the log")
    )


def check(folder: Path, expected: str) -> None:
    """Compare a whole campaign with the uninterrupted one; stop the soak if they differ."""
    lines = Counter(line.split(b",")[0] for line in (folder / "chunks.log").read_bytes().splitlines())
    doubled = [line for line, times in lines.items() if times > 1]
    if digest(folder) != expected or doubled or len(lines) != MANIFEST.chunk_count:
        raise SystemExit(f"{folder}: NOT the runs of an uninterrupted campaign; logged twice: {doubled}")
    print(f"     whole: {MANIFEST.runs} runs, the same bits as uninterrupted, each chunk logged once", flush=True)


def killed_processes(kills: int, place: Path, expected: str, dice: random.Random) -> None:
    """Kill campaigns' processes, and resume them."""
    killed = completed = 0
    mid_write = 0
    while killed < kills:
        folder = place / f"campaign_{completed}"
        begins = dice.random() < 0.2  # kill it while it opens the store
        command = [sys.executable, __file__, "--fly", str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            if not begins:
                process.stdout.readline()
            wait_s = dice.uniform(0.0, 1.0)
            try:
                if process.wait(wait_s):
                    raise SystemExit(f"{folder}: the campaign ended with {process.returncode}")
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process.returncode == 0:
            check(folder, expected)
            completed += 1
            continue
        killed += 1
        left = found(folder)
        mid_write += " 0 written and not logged, 0 unfinished files" not in left
        print(f"{killed:4d}  killed {wait_s:5.3f} s after {'start' if begins else 'first chunk'}: {left}", flush=True)
    folder = place / f"campaign_{completed}"
    subprocess.run([sys.executable, __file__, "--fly", str(folder)], check=True, stdout=subprocess.DEVNULL)
    check(folder, expected)
    print(f"{killed} kills of the process, {mid_write} of them in mid-write; {completed + 1} campaigns, all whole")


@contextmanager
def killing_workers(cluster: Any, store: ChunkStore, dice: random.Random, most: int) -> Iterator[list[int]]:
    """Kill random workers while the block runs, each after some more chunks; give the process ids of those killed."""
    killed: list[int] = []
    ended = threading.Event()

    def kill() -> None:
        after = 0
        while len(killed) < most and not ended.wait(dice.uniform(0.0, 0.3)):
            # a worker that dies while it starts is not started again by dask: wait until all are up
            nannies = list(cluster.workers.values())
            known = cluster.scheduler.workers
            up = all(nanny.status.name == "running" and nanny.worker_address in known for nanny in nannies)
            pids = [nanny.pid for nanny in nannies if nanny.pid not in (None, *killed)]
            if up and pids and len(store.done) >= after:
                victim = dice.choice(pids)
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)
                after = len(store.done) + dice.randint(1, 10)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield killed
    finally:
        ended.set()
        killer.join()


def killed_workers(kills: int, place: Path, expected: str, dice: random.Random) -> None:
    """Kill workers of a dask cluster while campaigns fly on it."""
    import dask  # noqa: PLC0415  (these take long, and each process killed would wait for them)
    from distributed import Client, LocalCluster  # noqa: PLC0415

    killed = 0
    while killed < kills:
        folder, calls = place / f"on_cluster_{killed}", place / f"calls_{killed}"
        calls.mkdir()
        with (
            # a LocalCluster gives up a worker that is away at this time after its death, though it only restarts
            dask.config.set({"distributed.deploy.lost-worker-timeout": "1h"}),
            LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
            ) as cluster,
            Client(cluster) as client,
            ChunkStore.create(folder, MANIFEST) as store,
            killing_workers(cluster, store, dice, kills - killed) as victims,
        ):
            begin = time.perf_counter()
            run_chunks(partial(counted, str(calls)), store.missing(), executor=client, on_done=store.write)
            lasted_s = time.perf_counter() - begin
        flown = sum(len(file.read_text().splitlines()) for file in calls.iterdir())
        again = flown - MANIFEST.chunk_count
        killed += len(victims)
        print(
            f"{killed:4d} workers killed in all, {len(victims)} in this campaign of {lasted_s:.0f} s; {again} of "
            f"{MANIFEST.chunk_count} chunks were flown a second time",
            flush=True,
        )
        check(folder, expected)


def main() -> None:
    """Run the soak."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50, help="kills of the process")
    parser.add_argument("--workers", type=int, default=20, help="kills of workers of a dask cluster")
    parser.add_argument("--seed", type=int, default=1, help="seed of the moments")
    parser.add_argument("--fly", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.fly:
        fly(asked.fly)
        return
    with tempfile.TemporaryDirectory(prefix="soak-") as scratch:
        place, dice = Path(scratch), random.Random(asked.seed)
        fly(place / "uninterrupted")
        expected = digest(place / "uninterrupted")
        if asked.kills:
            killed_processes(asked.kills, place, expected, dice)
        if asked.workers:
            killed_workers(asked.workers, place, expected, dice)


if __name__ == "__main__":
    main()
