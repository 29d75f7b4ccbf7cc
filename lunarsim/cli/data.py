"""The commands for data files: what there is, get it, see that it is whole."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from lunarsim import data
from lunarsim.errors import InputError

app = typer.Typer(
    help="Larger gravity fields, terrain and ephemerides: list, fetch, verify.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Names of data files. Default: all.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
_COLOURS = {data.Condition.OK: "green", data.Condition.DAMAGED: "red", data.Condition.MISSING: "dim"}


@app.command("list")
def list_files(names: Names = None, as_json: AsJson = False) -> None:
    """List the data files and where each was found; with names, all that is known of these."""
    files = [data.registered(name) for name in names or ()] or list(data.known_files().values())
    if as_json:
        entries = [{**file.model_dump(), **_where(data.locate(file.name))} for file in files]
        _print_json({**_folders(), "files": entries})
        return
    console = Console()
    if names:
        for file in files:
            _print_card(console, file)
        return
    table = _table("name", "size", "found", "what")
    table.columns[1].justify = "right"
    for file in files:
        found = data.locate(file.name)
        table.add_row(file.name, file.size, found.place.value if found else "-", file.what)
    console.print(table)
    _print_folders(console)


@app.command()
def fetch(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Names of data files; 'list' shows them.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Fetch all of them.")] = False,
) -> None:
    """Download data files into the cache, each checked by its SHA-256; whole ones are left as they are."""
    if not names and not everything:
        raise InputError("fetch: name the files to fetch ('lunarsim data list' shows them), or give --all")
    files = list(data.known_files().values()) if everything else [data.registered(name) for name in names or ()]
    console = Console()
    for file in files:
        with _Bar(file) as bar:
            path = data.fetch(file.name, progress=bar)
        console.print(f"{file.name}: {path}", soft_wrap=True, highlight=False, markup=False)


@app.command()
def verify(names: Names = None, as_json: AsJson = False) -> None:
    """Compare the data files that are on this machine with their size and SHA-256; exit status 1 if one is damaged."""
    checks = data.verify(names or ())
    if as_json:
        _print_json({**_folders(), "files": [_as_dict(check) for check in checks]})
    else:
        _print_checks(Console(), checks)
    if any(check.condition is data.Condition.DAMAGED for check in checks):
        raise typer.Exit(1)


class _Bar:
    """A download's progress bar on standard error, if that is a terminal; it appears with the first bytes."""

    def __init__(self, file: data.DataFile) -> None:
        self.total: float = file.size_bytes
        console = Console(stderr=True)
        self._shown = console.is_interactive
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task(file.name, total=self.total)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def update(self, amount: int) -> None:
        if self._shown:
            self._progress.start()
        self._progress.update(self._task, advance=amount, total=self.total or None)

    def reset(self) -> None:
        self._progress.update(self._task, completed=0)

    def close(self) -> None:
        if self._shown:
            self._progress.stop()


def _print_card(console: Console, file: data.DataFile) -> None:
    found = data.locate(file.name)
    console.print(f"[bold]{escape(file.name)}[/]  {escape(file.what)}", highlight=False)
    for key, value in (
        ("found", f"{found.path} ({found.place.value})" if found else "no"),
        ("source", file.url),
        ("size", f"{file.size_bytes} bytes"),
        ("SHA-256", file.sha256),
        ("known", file.sha256_from),
        ("licence", file.licence),
        ("cite", file.citation),
    ):
        console.print(f"  {key:8s} {value}", soft_wrap=True, highlight=False, markup=False)


def _print_checks(console: Console, checks: tuple[data.Check, ...]) -> None:
    table = _table("name", "condition", "found")
    for check in checks:
        table.add_row(
            check.file.name,
            f"[{_COLOURS[check.condition]}]{check.condition.value}[/]",
            check.found.place.value if check.found else "-",
        )
    console.print(table)
    for check in checks:
        if check.found and check.reason:
            console.print(
                f"{check.found.path}: damaged, or another version: {check.reason}. {_advice(check)}",
                soft_wrap=True,
                highlight=False,
                markup=False,
            )
    counts = Counter(check.condition for check in checks)
    console.print(", ".join(f"{counts[condition]} {condition.value}" for condition in data.Condition), highlight=False)


def _advice(check: data.Check) -> str:
    if check.found and check.found.place is data.Place.CACHE:
        return f"'lunarsim data fetch {check.file.name}' replaces it."
    return f"Get it again from {check.file.url}"


def _table(*columns: str) -> Table:
    table = Table(*columns, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for column in table.columns[:3]:
        column.no_wrap = True
    return table


def _print_folders(console: Console) -> None:
    folder = data.data_folder()
    for line in (
        f"LUNARSIM_DATA: {folder or 'not set (a folder of your own, searched first)'}",
        f"cache:         {data.cache_folder()}",
    ):
        console.print(line, soft_wrap=True, highlight=False, markup=False)


def _folders() -> dict[str, str | None]:
    folder = data.data_folder()
    return {"data_folder": str(folder) if folder else None, "cache_folder": str(data.cache_folder())}


def _where(found: data.Found | None) -> dict[str, str | None]:
    return {"found": found.place.value if found else None, "path": str(found.path) if found else None}


def _as_dict(check: data.Check) -> dict[str, str | None]:
    return {
        "name": check.file.name,
        "condition": check.condition.value,
        "reason": check.reason,
        **_where(check.found),
    }


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, indent=2, allow_nan=False))
