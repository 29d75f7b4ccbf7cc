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
from lunarsim.cli.campaign import options as given
from lunarsim.cli.campaign import order as orders
from lunarsim.errors import InputError

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
Faults = Annotated[
    list[str] | None,
    typer.Option(
        "--fault",
        metavar="FAULT",
        help="Another fault: its title, or 'TITLE: NUMBER=VALUE, ...'; 'lunarsim faults' lists them. May be repeated.",
    ),
]
Settings = Annotated[
    list[str],
    typer.Option("--set", metavar="PATH=VALUE", help="A number and its value: plan.0.timer='95 s'. May be repeated."),
]
WithoutFaults = Annotated[bool, typer.Option("--without-faults", help="Leave the scenario's own faults out.")]
Report = Annotated[
    bool, typer.Option("--report", help="Write report.html as well: one page, to be mailed, with all of it.")
]
Name = Annotated[str, typer.Argument(metavar="SCENARIO", help="A name of the catalogue or the path of a .toml file.")]


@app.command()
def luna25(out: Out = None, terrain: Ground = None, report: Report = False, as_json: AsJson = False) -> None:
    """Fly Luna-25's last burn twice: as planned, and with its dead accelerometer."""
    from lunarsim.cli import flying  # noqa: PLC0415

    flying.run("luna25", out, terrain, report=report, as_json=as_json)


@app.command()
def run(
    scenario: Name,
    fault: Faults = None,
    without_faults: WithoutFaults = False,
    out: Out = None,
    terrain: Ground = None,
    report: Report = False,
    as_json: AsJson = False,
) -> None:
    """Fly any scenario, or a mission, a chain of them; a scenario with faults is flown without them too."""
    from lunarsim.cli import flying  # noqa: PLC0415
    from lunarsim.scenarios import is_mission  # noqa: PLC0415

    if is_mission(scenario):
        from lunarsim.cli import mission  # noqa: PLC0415

        given = {"--fault": fault, "--terrain": terrain, "--report": report}
        mission.refuse_options(scenario, [name for name, value in given.items() if value])
        mission.run(scenario, out, without_faults=without_faults, as_json=as_json)
        return
    flying.run(
        scenario, out, terrain, faults=fault or (), without_faults=without_faults, report=report, as_json=as_json
    )


@app.command()
def whatif(
    scenario: Name,
    settings: Settings,
    fault: Faults = None,
    without_faults: WithoutFaults = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for figures and tables. Default: SCENARIO-whatif.")
    ] = None,
    terrain: Ground = None,
    as_json: AsJson = False,
) -> None:
    """Fly a scenario as it is and with some numbers changed, and tell in what the flights differ."""
    from lunarsim.cli import whatif as asking  # noqa: PLC0415
    from lunarsim.cli.flying import described  # noqa: PLC0415

    described_as = described(scenario, terrain, fault or (), without_faults=without_faults)
    asking.run(described_as, settings, out, as_json=as_json)


@app.command()
def survivability(
    scenario: Name,
    vary: Annotated[
        list[str], typer.Option("--vary", metavar="PATH", help="A number to vary; given twice, the two are mapped.")
    ],
    low: Annotated[list[str], typer.Option("--from", help="Its least value, with its unit; once for each --vary.")],
    high: Annotated[list[str], typer.Option("--to", help="Its greatest value; once for each --vary.")],
    points: Annotated[
        int | None, typer.Option("--points", min=2, help="Of the grid, of each number. Default: 33.")
    ] = None,
    tolerance: Annotated[
        str | None, typer.Option("--tolerance", help="How closely a boundary is found. Default: 1e-5 of the range.")
    ] = None,
    orbits: Annotated[float, typer.Option("--orbits", help="How long it is flown on after its last burn.")] = 1.0,
    fault: Faults = None,
    without_faults: WithoutFaults = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for results. Default: SCENARIO-survivability.")
    ] = None,
    terrain: Ground = None,
    as_json: AsJson = False,
) -> None:
    """Find where the outcome of a flight changes over one number, or map it over two."""
    from lunarsim.cli import survivability as surviving  # noqa: PLC0415
    from lunarsim.cli.flying import described  # noqa: PLC0415

    surviving.run(
        described(scenario, terrain, fault or (), without_faults=without_faults),
        surviving.Asked(vary=vary, low=low, high=high, points=points, tolerance=tolerance, orbits=orbits),
        out,
        as_json=as_json,
    )


@app.command()
def rescue(
    scenario: Name,
    delta_v: Annotated[
        list[str] | None, typer.Option("--delta-v", help="The size of the burn: '10 m/s'. May be repeated.")
    ] = None,
    duration: Annotated[
        list[str] | None, typer.Option("--duration", help="The size of the burn: '50 s'. May be repeated.")
    ] = None,
    thrust: Annotated[str | None, typer.Option("--thrust", help="Of another engine that gives it: '1 kN'.")] = None,
    command_time: Annotated[
        str, typer.Option("--command-time", help="From the moment when Earth knows to that when a command leaves it.")
    ] = "10 min",
    orbits: Annotated[float, typer.Option("--orbits", help="For how long the ground is to be cleared.")] = 1.0,
    fault: Faults = None,
    without_faults: WithoutFaults = False,
    terrain: Ground = None,
    as_json: AsJson = False,
) -> None:
    """Find the latest burn that would have saved a flight, and whether Earth could have commanded it."""
    from lunarsim.cli import rescue as rescuing  # noqa: PLC0415
    from lunarsim.cli.flying import described  # noqa: PLC0415

    rescuing.run(
        described(scenario, terrain, fault or (), without_faults=without_faults),
        rescuing.Asked(
            delta_v=delta_v or (), duration=duration or (), thrust=thrust, command_time=command_time, orbits=orbits
        ),
        as_json=as_json,
    )


@app.command()
def faults(as_json: AsJson = False) -> None:
    """List the faults: what each one is, which numbers it sets, and its own numbers."""
    from lunarsim.cli import faults as listing  # noqa: PLC0415

    listing.print_faults(as_json=as_json)


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
    n: given.Runs = None,
    seed: given.Seed = None,
    out: given.Folder = None,
    resume: given.Resume = False,
    repair: given.Repair = False,
    workers: given.Workers = None,
    sampling: given.Sampling = None,
    terrain: Ground = None,
    field: Field = None,
    degree: given.Degree = None,
    gridded: given.Gridded = False,
    expansion: given.Expansion = False,
    chunk_size: given.ChunkSize = None,
    check: given.Check = 5,
    until: given.Until = None,
    report: Report = False,
    as_json: AsJson = False,
) -> None:
    """Fly a dispersed scenario, or mission, many times: how it ends, where it comes down, what moves that."""
    from lunarsim.cli.campaign import command as dispersing  # noqa: PLC0415
    from lunarsim.scenarios import is_mission  # noqa: PLC0415

    world = orders.World(terrain=terrain, field=field, degree=degree, gridded=gridded)
    order = orders.Order(
        runs=n,
        seed=seed,
        sampling=sampling,
        chunk_size=chunk_size,
        workers=workers,
        out=out,
        resume=resume or repair,
        repair=repair,
        expansion=expansion,
        report=report,
    )
    console = Console(stderr=as_json)
    if is_mission(scenario):
        from lunarsim.cli.campaign import mission as dispersing_mission  # noqa: PLC0415

        summary = dispersing_mission.fly(scenario, world, order, until=until, console=console)
    elif until is not None:
        raise InputError(f"--until {until}: '{scenario}' is no mission, and has no links: leave it out")
    else:
        summary = dispersing.fly(scenario, world, order, check=check, console=console)
    if as_json:
        typer.echo(json.dumps(summary, indent=2, allow_nan=False))


@app.command()
def export(
    what: Annotated[
        str,
        typer.Argument(metavar="FLIGHT|SCENARIO", help="A file that Flight.save wrote, or a scenario, which is flown."),
    ],
    out: Annotated[Path, typer.Option("--out", help="The file; its suffix says the format, unless --to does.")],
    to: Annotated[
        str | None,
        typer.Option("--to", help="oem, opm, spk, ck, stk, czml, kml, geojson, geotiff, csv or netcdf."),
    ] = None,
    campaign_folder: Annotated[
        str | None, typer.Option("--campaign", help="Folder of a campaign of the scenario: kml, geojson, geotiff.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a flight, or where a campaign's runs came down, for another program: SPICE, STK, Cesium, GIS."""
    from lunarsim.cli import export as exporting  # noqa: PLC0415

    exporting.export(what, to, out, campaign_folder, as_json=as_json)


@app.command()
def plot(
    flights: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FLIGHT...", help="Files of flight.save(), write_netcdf() or a mission."),
    ] = None,
    figure: Annotated[
        list[str] | None,
        typer.Option("--figure", metavar="NAME", help="What to draw; may be repeated. Without it, all are listed."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="File of the figure. Default: FLIGHT_NAME.png beside the flight.")
    ] = None,
    style: Annotated[
        list[str] | None, typer.Option("--style", help="A matplotlib style or its file. May be repeated.")
    ] = None,
    size: Annotated[str | None, typer.Option("--size", help="Width and height, such as '16x9 cm'.")] = None,
) -> None:
    """Draw figures of saved flights: a planned one first, if there are several."""
    from lunarsim.cli import plot as drawing  # noqa: PLC0415

    if not flights or not figure:
        drawing.list_figures(flights or (), Console())
        return
    drawing.draw(flights, figure, out, style or (), size)


@app.command()
def scenarios() -> None:
    """List the catalogue."""
    from lunarsim.scenarios import load_mission, load_scenario, mission_names, scenario_names  # noqa: PLC0415

    console = Console(soft_wrap=True)
    for name in scenario_names():
        console.print(Text(name, style="bold").append(f"  {load_scenario(name).title}", style="not bold"))
    for name in mission_names():
        console.print(Text(name, style="bold").append(f"  mission: {load_mission(name).title}", style="not bold"))


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
