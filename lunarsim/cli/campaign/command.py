"""``lunarsim campaign``: a scenario, dispersed, flown many times."""

from __future__ import annotations

import json
import shlex
import sys
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from lunarsim.campaign import (
    Campaign,
    CampaignExpansion,
    CampaignFindings,
    CampaignResult,
    LatinHypercube,
    MonteCarlo,
    Sampling,
    Sobol,
)
from lunarsim.campaign.dispersed_scenario import CHUNK_SIZE
from lunarsim.campaign.executors.execution import available_processors
from lunarsim.campaign.executors.progress import progress_bar, runs_a_second
from lunarsim.campaign.store.folder import CHUNKS, ChunkStore
from lunarsim.campaign.store.manifest import FILE as MANIFEST
from lunarsim.campaign.store.manifest import Manifest
from lunarsim.campaign.store.room import in_words
from lunarsim.cli.campaign import files as campaign_files
from lunarsim.cli.campaign import report as campaign_report
from lunarsim.cli.campaign.order import RUNS, SEED, Order, SamplingName, World
from lunarsim.cli.options import read_option
from lunarsim.cli.warned import plain_warnings
from lunarsim.errors import DataError, InputError
from lunarsim.io import prepare_folder, write_files
from lunarsim.io.campaign_summary import findings_summary
from lunarsim.io.output import Write
from lunarsim.kernels.notice import HOW_LONG
from lunarsim.moon import GravityField, GriddedField, Moon, Terrain
from lunarsim.scenarios import load_campaign

_CHUNKS, _LEAST_CHUNK = 32, 256  # at least so many chunks, unless they would be smaller than this
_INTERRUPTED = 130  # exit status: 128 and the number of SIGINT
SAMPLINGS: dict[SamplingName, Sampling] = {
    SamplingName.MONTE_CARLO: MonteCarlo(),
    SamplingName.LATIN_HYPERCUBE: LatinHypercube(),
    SamplingName.SOBOL: Sobol(),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be flown, and where to."""

    campaign: Campaign
    expansion: CampaignExpansion | None
    runs: int
    seed: int
    chunk_size: int
    workers: int
    folder: Path

    @property
    def way(self) -> Campaign | CampaignExpansion:
        """What gives the runs."""
        return self.expansion or self.campaign


def fly(name: str, world: World, order: Order, *, check: int, console: Console) -> dict[str, Any]:
    """Fly a campaign into its folder, report, and return the summary."""
    progress = Console(stderr=True)
    with plain_warnings(progress):
        asked = _asked(name, world, order, progress)
        done = _prepare(asked, order, progress)
        try:
            result, seconds = _run(asked, done, progress)
            with progress.status("evaluating"):
                findings = CampaignFindings.of(result, check=check)
            content = {**findings_summary(findings), "performance": _performance(asked, done, seconds)}
            campaign_report.print_dispersions(console, asked.campaign)
            if asked.expansion is not None:
                campaign_report.print_expansion(console, asked.expansion)
            campaign_report.print_findings(console, findings)
            _print_performance(console, content["performance"], asked.folder)
            writers = campaign_files.files(findings, content, name if order.report else None)
            _leave(console, progress, asked.folder, writers)
        except KeyboardInterrupt:
            progress.print(Text(_how_to_go_on(asked)), soft_wrap=True)
            raise typer.Exit(_INTERRUPTED) from None
    return content


def _asked(name: str, world: World, order: Order, console: Console) -> Asked:
    campaign = load_campaign(name)
    scenario = replace(campaign.scenario, moon=_moon(campaign.scenario.moon, world, console))
    folder = order.out or Path(f"{scenario.name}-campaign")
    stored = Manifest.load(folder) if order.resume and (folder / MANIFEST).exists() else None
    sampling = order.sampling or (sampling_of(stored) if stored else SamplingName.MONTE_CARLO)
    runs = first_given(order.runs, stored.runs if stored else None, RUNS)
    campaign = replace(campaign, scenario=scenario, sampling=SAMPLINGS[sampling])
    return Asked(
        campaign=campaign,
        expansion=_expanded(campaign, console) if order.expansion else None,
        runs=runs,
        seed=first_given(order.seed, stored.seed if stored else None, SEED),
        chunk_size=first_given(order.chunk_size, stored.chunk_size if stored else None, _chunk_size(runs)),
        workers=order.workers or available_processors(),
        folder=folder,
    )


def _expanded(campaign: Campaign, console: Console) -> CampaignExpansion:
    with console.status("training the expansion"):
        return campaign.expand()


def _chunk_size(runs: int) -> int:
    """Return a size of chunks with which the processors end together also where the runs are few."""
    return min(CHUNK_SIZE, max(_LEAST_CHUNK, -(-runs // _CHUNKS)))


def first_given(*values: int | None) -> int:
    """Return the first number that was given."""
    return next(value for value in values if value is not None)


def sampling_of(stored: Manifest) -> SamplingName:
    """Return the sampling of a store."""
    how = str(json.loads(stored.sampling).get("sampling", "")).replace(" ", "-")
    return SamplingName(how) if how in {each.value for each in SamplingName} else SamplingName.MONTE_CARLO


def _moon(moon: Moon, world: World, console: Console) -> Moon:
    """Return the Moon of a scenario with another ground or another field."""
    gravity = moon.gravity
    exact = gravity.field if isinstance(gravity, GriddedField) else gravity
    if world.field is not None:
        gravity = exact = read_option("--field", world.field, partial(GravityField.from_file, degree=world.degree))
    elif world.degree is not None:
        if world.degree > exact.degree:
            raise InputError(
                f"--degree {world.degree}: {exact.name} ends at {exact.degree}: give a --field that goes on, such as "
                "LP165P.cof"
            )
        gravity = exact = exact.truncate(world.degree)
    if world.gridded:
        with console.status("gridding the gravity field (once on a machine)"):
            gravity = GriddedField.build(exact)
    terrain = moon.terrain
    if world.terrain is not None:
        terrain = read_option("--terrain", world.terrain, Terrain.from_file)
    return replace(moon, gravity=gravity, terrain=terrain)


def _prepare(asked: Asked, order: Order, console: Console) -> int:
    """Make the folder, or see that it holds this campaign and is sound; return how many runs it holds.

    All that can be refused is refused here, before the physics is compiled and the first run is flown.
    """
    prepare_folder(asked.folder)
    manifest = asked.way.manifest(asked.runs, asked.seed, asked.chunk_size)
    asked.campaign.work(asked.runs, asked.seed).values(0, 1)  # not every sampling gives any number of runs
    open_store = ChunkStore.resume if order.resume else ChunkStore.create
    with open_store(asked.folder, manifest) as store:
        with console.status("looking whether what is stored is sound"):
            damaged = store.verify()
        if damaged and not order.repair:
            raise DataError(
                f"{asked.folder}: of the stored runs, {_chunks(store, damaged)} are damaged: give --repair to discard "
                "them and fly them again, with the same result"
            )
        if damaged:
            console.print(Text(f"discarded, to be flown again: {_chunks(store, damaged)}"), soft_wrap=True)
        for index in damaged:
            store.discard(index)
        return store.runs_done


def _chunks(store: ChunkStore, indices: list[int]) -> str:
    names = [f"chunks/{index:09d}.parquet ({store.manifest.chunk(index)})" for index in indices]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _run(asked: Asked, done: int, console: Console) -> tuple[CampaignResult, float]:
    """Fly what is missing; return the result, and how long that took once the physics was compiled."""
    with console.status(f"compiling the physics, on a machine's first run: {HOW_LONG}"):
        asked.way.work(asked.runs, asked.seed)(0, 1)
    begin = time.perf_counter()
    with progress_bar(asked.campaign.scenario.name, asked.runs, done=done, console=console) as advance:
        result = asked.way.run(
            asked.runs,
            seed=asked.seed,
            out=asked.folder,
            resume=True,
            workers=asked.workers,
            chunk_size=asked.chunk_size,
            on_progress=advance,
        )
    return result, time.perf_counter() - begin


def _how_to_go_on(asked: Asked) -> str:
    again = shlex.join([*sys.argv[1:], *(() if "--resume" in sys.argv else ("--resume",))])
    safe = f"{ChunkStore.open(asked.folder).runs_done:,} of {asked.runs:,} runs are safe in {asked.folder}"
    return f"stopped: {safe}; go on with: lunarsim {again}"


def _performance(asked: Asked, done: int, seconds: float) -> dict[str, Any]:
    flown = asked.runs - done
    return {
        "runs_flown": flown,
        "runs_resumed": done,
        "seconds": seconds,
        "runs_per_second": flown / seconds if flown else None,
        "workers": asked.workers,
    }


def _print_performance(console: Console, performance: dict[str, Any], folder: Path) -> None:
    flown, there, seconds = (performance[name] for name in ("runs_flown", "runs_resumed", "seconds"))
    before = f"{there:,} runs were there already; " if there else ""
    took = f"{flown:,} runs in {seconds:.1f} s with {performance['workers']} workers: {runs_a_second(flown / seconds)}"
    console.print(Text(f"{before}{took if flown else 'none was left to fly'}"), soft_wrap=True)
    size = sum(file.stat().st_size for file in (folder / CHUNKS).iterdir())
    console.print(Text(f"runs in {folder / CHUNKS}: {in_words(size)} of Parquet"), soft_wrap=True)


def _leave(console: Console, progress: Console, folder: Path, writers: dict[str, Write]) -> None:
    with progress.status("drawing"):
        files = write_files(folder, writers)
        for name in campaign_files.stale(writers):
            (folder / name).unlink(missing_ok=True)
    names = ", ".join(file.name for file in files)
    console.print(Text(f"{len(files)} files in {folder}: {names}"), soft_wrap=True)
