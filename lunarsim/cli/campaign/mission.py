"""``lunarsim campaign`` of a mission: the chain flown many times with errors, what that does to it, and its files."""

from __future__ import annotations

import multiprocessing
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import Table
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from lunarsim.campaign.executors.execution import available_processors
from lunarsim.campaign.executors.progress import progress_bar
from lunarsim.campaign.store.manifest import FILE as MANIFEST
from lunarsim.campaign.store.manifest import Column, Manifest
from lunarsim.chain.dispersed import MissionCampaign, MissionCampaignResult
from lunarsim.chain.dispersed.dispersed_mission import CHUNK_SIZE
from lunarsim.cli import report as printed
from lunarsim.cli.campaign.command import SAMPLINGS, first_given, sampling_of
from lunarsim.cli.campaign.order import SEED, Order, SamplingName, World
from lunarsim.cli.figures import json_writer
from lunarsim.cli.warned import plain_warnings
from lunarsim.errors import InputError, ModelWarning
from lunarsim.io import prepare_folder, write_files
from lunarsim.kernels.notice import HOW_LONG
from lunarsim.scenarios import load_mission_campaign

RUNS = 100  # of seconds each
_READ = {"m": ("km", 1e-3), "rad": ("deg", 57.29577951308232)}  # as people read them
_SHOWN = ("perilune_m", "apolune_m", "inclination_deg", "latitude_deg", "longitude_deg", "mass_kg")
_DRIVEN = ("perilune_m", "apolune_m")  # of the start of the last link: what drives them is told
_MOST_EFFECTS = 5


def fly(name: str, world: World, order: Order, *, until: str | None, console: Console) -> dict[str, Any]:
    """Fly a campaign over a mission into its folder, report, and return the summary.

    Raises
    ------
    InputError
        If something is asked for that such a campaign has not.
    """
    _refuse(name, world, order)
    campaign = load_mission_campaign(name)
    folder = order.out or Path(f"{campaign.mission.name}-campaign")
    stored = Manifest.load(folder) if order.resume and (folder / MANIFEST).exists() else None
    sampling = order.sampling or (sampling_of(stored) if stored else SamplingName.MONTE_CARLO)
    campaign = replace(campaign, sampling=SAMPLINGS[sampling], until=until)
    prepare_folder(folder)
    progress = Console(stderr=True)
    status = f"flying the nominal mission; compiling the physics, on a machine's first run: {HOW_LONG}"
    with plain_warnings(progress):
        with progress.status(status):
            _ = campaign.nominal
        result, seconds = _run(campaign, folder, order, stored, progress)
    printed.print_provenance(console, campaign.mission, dispersions=True)
    _print_ends(console, result)
    _print_quantiles(console, result)
    _print_drivers(console, result)
    console.print(Text(f"{result.runs} runs in {seconds:.0f} s; failed ones are left out of the quantiles."))
    summary = _summary(result, seconds)
    files = write_files(
        folder,
        {
            "summary.json": json_writer(summary),
            "runs.ecsv": lambda path: _runs(result).write(path, format="ascii.ecsv", delimiter=","),
            "statistics.ecsv": lambda path: result.table().write(path, format="ascii.ecsv", delimiter=","),
        },
    )
    console.print(Text(f"{len(files)} files in {folder}: {', '.join(file.name for file in files)}"), soft_wrap=True)
    return summary


def _refuse(name: str, world: World, order: Order) -> None:
    asked = {
        "--terrain": world.terrain,
        "--field": world.field,
        "--degree": world.degree,
        "--gridded": world.gridded,
        "--expansion": order.expansion,
        "--report": order.report,
        "--repair": order.repair,
    }
    given = [option for option, value in asked.items() if value]
    if given:
        raise InputError(f"{' and '.join(given)}: '{name}' is a mission, whose campaign has none of it: leave it out")


def _run(
    campaign: MissionCampaign, folder: Path, order: Order, stored: Manifest | None, console: Console
) -> tuple[MissionCampaignResult, float]:
    runs = first_given(order.runs, stored.runs if stored else None, RUNS)
    workers = order.workers or available_processors()
    chunk_size = min(CHUNK_SIZE, -(-runs // workers))
    begin = time.perf_counter()
    with progress_bar(campaign.mission.name, runs, console=console) as advance, _processes(workers) as executor:
        result = campaign.run(
            runs,
            seed=first_given(order.seed, stored.seed if stored else None, SEED),
            out=folder,
            resume=order.resume,
            workers=workers,
            executor=executor,
            chunk_size=first_given(order.chunk_size, stored.chunk_size if stored else None, chunk_size),
            on_progress=advance,
        )
    return result, time.perf_counter() - begin


@contextmanager
def _processes(workers: int) -> Iterator[ProcessPoolExecutor | None]:
    """Give processes, for more than one worker: threads would do the Python of a run one at a time."""
    if workers == 1:
        yield None
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_hush) as executor:
        yield executor


def _hush() -> None:
    """Let a worker not warn of what the nominal mission was warned of."""
    warnings.simplefilter("ignore", ModelWarning)


def _print_ends(console: Console, result: MissionCampaignResult) -> None:
    rows = printed.table("outcome", "runs", "share", title="How the runs ended")
    for outcome, rate in result.rates().items():
        bounds = f"{100.0 * rate.value:.1f} % ({100.0 * rate.low:.1f} to {100.0 * rate.high:.1f} %)"
        rows.add_row(outcome, f"{rate.count:,}", bounds)
    console.print(rows)
    for reason, count in result.failures().items():
        console.print(Text(f"  {count:,} failed in {reason}"), soft_wrap=True)


def _print_quantiles(console: Console, result: MissionCampaignResult) -> None:
    rows = printed.table(
        "number", "5 %", "50 %", "95 %", "unit", title="What each link begins with, solves for and takes"
    )
    for k, link in enumerate(result.campaign.links):
        rows.add_row(f"[bold]{escape(link.name)}[/]", "", "", "", "")
        for column in _told(result, f"links.{k}."):
            _add(rows, result, column, column.name.removeprefix(f"links.{k}."))
    rows.add_row("[bold]the whole[/]", "", "", "", "")
    for column in result.store.manifest.columns:
        if column.name in {"delta_v_mps", "propellant_left_kg"} or column.name.removeprefix("end.") in _SHOWN:
            _add(rows, result, column, column.name)
    console.print(rows)


def _told(result: MissionCampaignResult, prefix: str) -> list[Column]:
    """Return the columns of a link that are printed: not what was drawn, and of the state at its start a few."""
    inputs = result.campaign.inputs
    mine = [each for each in result.store.manifest.columns if each.name.startswith(prefix) and each.name not in inputs]
    start = f"{prefix}start."
    return [
        each
        for each in mine
        if not each.name.endswith(".end_s")
        and (not each.name.startswith(start) or each.name.removeprefix(start) in _SHOWN)
    ]


def _add(rows: Any, result: MissionCampaignResult, column: Column, name: str) -> None:
    values = result.column(column.name)
    if not np.any(np.isfinite(values)):
        return
    unit, factor = _READ.get(column.unit, (column.unit, 1.0))
    told = [f"{factor * each.value:.6g}" for each in result.quantiles(column.name)]
    rows.add_row(f" {escape(name)}", *told, escape(unit.replace(" ", "")))


def _print_drivers(console: Console, result: MissionCampaignResult) -> None:
    """Print which dispersed values drive the orbit at the start of the last link, and the delta-v."""
    last = len(result.campaign.links) - 1
    columns = [*(f"links.{last}.start.{each}" for each in _DRIVEN), "delta_v_mps"] if last else ["delta_v_mps"]
    for column in columns:
        try:
            found = result.tornado(column)
        except InputError as error:  # too few runs for so many dispersions
            console.print(Text(f"What drives {column} is not told: {error}"), soft_wrap=True)
            return
        words = ", ".join(f"{each.name} ({each.standardised:+.2f})" for each in found.effects[:_MOST_EFFECTS])
        told = f"{column} is driven by {words}; a linear model explains {100.0 * found.r_squared:.0f} %"
        console.print(Text(told), soft_wrap=True)


def _runs(result: MissionCampaignResult) -> Table:
    columns: Sequence[Column] = result.store.manifest.columns
    table = Table({"run": result.dataset["run"].values, **{each.name: result.column(each.name) for each in columns}})
    for each in columns:
        table[each.name].unit, table[each.name].description = each.unit or None, each.words
    return table


def _summary(result: MissionCampaignResult, seconds: float) -> dict[str, Any]:
    statistics = result.table()
    return {
        "mission": result.campaign.mission.name,
        "runs": result.runs,
        "seed": result.seed,
        "seconds": seconds,
        "outcomes": {name: rate.count for name, rate in result.rates().items()},
        "failures": result.failures(),
        "columns": {
            str(row["column"]): {name: _plain(row[name]) for name in statistics.colnames[1:]} for row in statistics
        },
    }


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value.item()
