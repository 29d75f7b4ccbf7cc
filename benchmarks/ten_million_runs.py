"""A campaign of ten million runs, whole: flown, written to a folder, opened again, and asked what it says.

    python benchmarks/ten_million_runs.py [-n 10000000] [--exact] [--tolerance 3] [--cores 2] [--folder FOLDER]

Luna-25's campaign of the catalogue in a gridded field (``--exact``: the exact one), one process, from the random
numbers to files with all columns. At a local error of 3 m a step all flights end within 10 m of where they end at
0.01 mm; ``--tolerance 0.001`` is the default of the package. Each part is printed with its time by the clock, the
processor time of all threads, and the most memory that the process has held up to its end. The folder is deleted
afterwards, unless ``--keep`` is given; ten million runs take 2.4 GB of disk.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from astropy import units as u

import lunarsim as ls
from lunarsim.campaign import CampaignResult

Found = TypeVar("Found")


def chosen_campaign(tolerance_m: float, *, exact: bool) -> ls.Campaign:
    """Return Luna-25's campaign in a gridded field, or in the exact one."""
    campaign = ls.load_campaign("luna25")
    moon = campaign.scenario.moon
    gravity = moon.gravity if exact else ls.GriddedField.build(moon.gravity)
    return replace(
        campaign,
        scenario=replace(campaign.scenario, moon=replace(moon, gravity=gravity)),
        tolerance=tolerance_m * u.m,
    )


def clocked(name: str, call: Callable[[], Found]) -> Found:
    """Call, and print what it took."""
    start, processor = time.perf_counter(), time.process_time()
    found = call()
    taken, processor_s = time.perf_counter() - start, time.process_time() - processor
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6  # of Linux: kibibytes
    print(f"{name:24s}{taken:10.2f} s{processor_s:10.2f} s of a core{memory_mb:10,.0f} MB at most so far", flush=True)
    return found


def size_of(folder: Path) -> tuple[int, int]:
    """Return the bytes of all files in a folder, and how many there are."""
    sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    return sum(sizes), len(sizes)


def ask(result: CampaignResult) -> None:
    """Ask for what a user wants to know, each part once."""
    rates = clocked("rates", result.rates)
    for outcome, rate in rates.items():
        print(f"    {outcome}: {rate}")
    where = clocked("footprint", lambda: result.footprint("impact"))
    print(f"    {clocked('its ellipse', where.ellipse)}")
    for quantile in clocked("quantiles of the speed", lambda: result.quantiles("speed_mps", outcome="impact")):
        print(f"    {quantile.probability:.0%}: {quantile.value:.4f} m/s ({quantile.low:.4f} to {quantile.high:.4f})")
    tornado = clocked("tornado", lambda: result.tornado("latitude_deg", outcome="impact"))
    longest = tornado.effects[0]
    print(f"    R2 = {tornado.r_squared:.6f}; most by the {longest.title}: {longest.low:.4f} to {longest.high:.4f} deg")


def main() -> None:
    """Fly, write, open and ask."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=10_000_000)
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--tolerance", type=float, default=3.0, help="local error of a step (m)")
    parser.add_argument("--cores", type=int)
    parser.add_argument("--folder", type=Path, help="where the runs are written; default: a temporary folder")
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    given = parser.parse_args()
    campaign = chosen_campaign(given.tolerance, exact=given.exact)
    clocked("made ready", lambda: campaign.run(64, seed=0))
    folder = given.folder or Path(tempfile.mkdtemp(prefix="lunarsim-"))
    try:
        flown = clocked(
            f"{given.n:,} runs flown",
            lambda: campaign.run(given.n, seed=1, out=folder / "runs", workers=given.cores),
        )
        size, files = size_of(folder)
        print(f"    {size / 1e9:.2f} GB in {files} files, {size / given.n:.0f} bytes a run; {flown!r}")
        ask(clocked("opened", lambda: campaign.open(folder / "runs")))
    finally:
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
