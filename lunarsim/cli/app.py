"""The commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

import lunarsim
from lunarsim.cli import data
from lunarsim.cli.campaign import order as orders

# Each command imports what it needs: help and lists wait for no library of figures.

app = typer.Typer(
    help="What happens between lunar orbit and the lunar surface.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(data.app, name="data")

Out = Annotated[
    Path | None, typer.Option("--out", help="Folder for figures and tables. Default: one named after the scenario.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
Ground = Annotated[
    str | None,
    typer.Option("--terrain", help="A map of heights (PDS .IMG, GeoTIFF) to fly into."),
]
Field = Annotated[str | None, typer.Option("--field", help="A gravity field: .cof, .tab or .gfc.")]
Name = Annotated[str, typer.Argument(metavar="SCENARIO", help="A name of the catalogue or the path of a .toml file.")]


@app.command()
def luna25(out: Out = None, terrain: Ground = None, as_json: AsJson = False) -> None:
    """Fly Luna-25's last burn twice: as planned, and with its dead accelerometer."""
    from lunarsim.cli import flying  # noqa: PLC0415

    flying.run("luna25", out, terrain, as_json=as_json)


@app.command()
def run(scenario: Name, out: Out = None, terrain: Ground = None, as_json: AsJson = False) -> None:
    """Fly any scenario; one with faults is flown without them too."""
    from lunarsim.cli import flying  # noqa: PLC0415

    flying.run(scenario, out, terrain, as_json=as_json)


@app.command()
def ladder(
    scenario: Name,
    field: Field = None,
    terrain: Ground = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Fly a scenario in ever better models, and see how far each moves the end."""
    from lunarsim.cli import flying  # noqa: PLC0415

    flying.climb(scenario, field, terrain, out, as_json=as_json)


@app.command()
def campaign(
    scenario: Name,
    n: Annotated[
        int | None, typer.Option("-n", help=f"How many runs. Default: {orders.RUNS}, or those of the folder.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help=f"Of all that is random. Default: {orders.SEED}.")] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for runs, figures and tables. Default: SCENARIO-campaign."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the campaign in the folder; nothing is flown twice.")
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="As --resume; runs whose files are damaged are flown again.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Chunks flown at once. Default: one for each processor.")
    ] = None,
    sampling: Annotated[orders.SamplingName | None, typer.Option("--sampling", help="Default: monte-carlo.")] = None,
    terrain: Ground = None,
    field: Field = None,
    degree: Annotated[int | None, typer.Option("--degree", min=0, help="Cut the gravity field at this degree.")] = None,
    gridded: Annotated[
        bool, typer.Option("--gridded", help="Interpolate the gravity field on a grid: many times as fast.")
    ] = False,
    expansion: Annotated[
        bool,
        typer.Option("--expansion", help="Train polynomials by some thousand flights, for all other runs."),
    ] = False,
    chunk_size: Annotated[
        int | None, typer.Option("--chunk-size", min=1, help="Runs that are flown and stored together.")
    ] = None,
    check: Annotated[
        int, typer.Option("--check", min=0, help="Fly so many random runs with the reference driver as well.")
    ] = 5,
    as_json: AsJson = False,
) -> None:
    """Fly a dispersed scenario many times: how it ends, where it comes down, what moves that."""
    from lunarsim.cli.campaign import command as dispersing  # noqa: PLC0415

    summary = dispersing.fly(
        scenario,
        orders.World(terrain=terrain, field=field, degree=degree, gridded=gridded),
        orders.Order(
            runs=n,
            seed=seed,
            sampling=sampling,
            chunk_size=chunk_size,
            workers=workers,
            out=out,
            resume=resume or repair,
            repair=repair,
            expansion=expansion,
        ),
        check=check,
        console=Console(stderr=as_json),
    )
    if as_json:
        typer.echo(json.dumps(summary, indent=2, allow_nan=False))


@app.command()
def scenarios() -> None:
    """List the catalogue."""
    from lunarsim.scenarios import load_scenario, scenario_names  # noqa: PLC0415

    console = Console(soft_wrap=True)
    for name in scenario_names():
        console.print(Text(name, style="bold").append(f"  {load_scenario(name).title}", style="not bold"))


@app.command(name="warm-up")
def warm_up() -> None:
    """Compile all that flights and campaigns need, as on a new machine or in an image of one."""
    from lunarsim.cli import warm_up as warming  # noqa: PLC0415

    warming.compile_all(Console())


@app.callback(invoke_without_command=True)
def _options(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"lunarsim {lunarsim.__version__}")
        raise typer.Exit
