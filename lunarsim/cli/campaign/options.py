"""The options of ``lunarsim campaign``; light, since every command of the line loads it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lunarsim.cli.campaign import order as orders

Runs = Annotated[int | None, typer.Option("-n", help=f"How many runs. Default: {orders.RUNS}, or those of the folder.")]
Seed = Annotated[int | None, typer.Option("--seed", help=f"Of all that is random. Default: {orders.SEED}.")]
Folder = Annotated[
    Path | None, typer.Option("--out", help="Folder for runs, figures and tables. Default: SCENARIO-campaign.")
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with the campaign in the folder; nothing is flown twice.")
]
Repair = Annotated[bool, typer.Option("--repair", help="As --resume; runs whose files are damaged are flown again.")]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="Chunks flown at once. Default: one for each processor.")
]
Sampling = Annotated[orders.SamplingName | None, typer.Option("--sampling", help="Default: monte-carlo.")]
Degree = Annotated[int | None, typer.Option("--degree", min=0, help="Cut the gravity field at this degree.")]
Gridded = Annotated[
    bool, typer.Option("--gridded", help="Interpolate the gravity field on a grid: many times as fast.")
]
Expansion = Annotated[
    bool, typer.Option("--expansion", help="Train polynomials by exact flights (luna25: 14,050), for all other runs.")
]
ChunkSize = Annotated[int | None, typer.Option("--chunk-size", min=1, help="Runs that are flown and stored together.")]
Until = Annotated[str | None, typer.Option("--until", metavar="LINK", help="The last link of a mission to fly.")]
Check = Annotated[
    int, typer.Option("--check", min=0, help="Fly so many random runs with the reference driver as well.")
]
