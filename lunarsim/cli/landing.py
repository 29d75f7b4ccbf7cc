"""What the command line tells a person of a landing: its phases, and how it stood against the limits."""

from __future__ import annotations

from astropy import units as u
from rich.console import Console
from rich.markup import escape

from lunarsim.analysis import FlightBudget, budget
from lunarsim.cli.report import table
from lunarsim.flight import Flight, Landed, PhaseRecord
from lunarsim.pages.numbers_tables import quantity

_MPS = u.m / u.s


def print_landing(console: Console, flight: Flight) -> None:
    """Print the guided phases of a flight, and its touchdown; nothing where it has none."""
    if flight.phases:
        _print_phases(console, flight)
        _print_budget(console, budget(flight))
    if isinstance(flight.outcome, Landed):
        _print_touchdown(console, flight.outcome)


def _print_phases(console: Console, flight: Flight) -> None:
    rows = table("phase", "guidance", title="Guided phases: at the end of each, speeds over the ground")
    for column in ("lasts\ns", "\u0394v\nm/s", "used\nkg", "height\nkm", "across\nm/s", "up\nm/s"):
        rows.add_column(column, justify="right")
    rows.add_column("ended by")
    for record in flight.phases:
        rows.add_row(*_cells(record))
    console.print(rows)


def _cells(record: PhaseRecord) -> tuple[str, ...]:
    up, across = record.velocity_after
    return (
        escape(record.name),
        record.law,
        f"{record.duration.to_value(u.s):.1f}",
        f"{record.delta_v.to_value(_MPS):.1f}",
        f"{record.propellant.to_value(u.kg):.1f}",
        f"{record.height_after.to_value(u.km):.3f}",
        f"{across.to_value(_MPS):.2f}",
        f"{up.to_value(_MPS):.2f}",
        escape(record.ended_by),
    )


def _print_budget(console: Console, spent: FlightBudget) -> None:
    rows = table("phase", title="Propulsion budget, and the least that a landing from this orbit takes")
    for column in ("\u0394v\nm/s", "used\nkg", "slower by\nm/s", "gravity\nloss m/s", "steering\nloss m/s"):
        rows.add_column(column, justify="right")
    for row in (*spent.rows, spent.total):
        losses = (row.delta_v, row.propellant, row.effective_delta_v, row.gravity_loss, row.steering_loss)
        rows.add_row(escape(row.name), *(f"{value.value:.1f}" for value in losses))
    for bound in (spent.impulsive, spent.continuous):
        if bound is not None:
            rows.add_row(f"bound, {bound.name}", f"{bound.delta_v.value:.1f}", f"{bound.propellant.value:.1f}")
    console.print(rows)


def _print_touchdown(console: Console, outcome: Landed) -> None:
    rows = table("touchdown", title=f"Touchdown: {outcome.verdict.value}")
    for column in ("value", "limit", "margin"):
        rows.add_column(column, justify="right")
    for name, (value, limit) in outcome.against_limits().items():
        colour = "green" if value <= limit else "red"
        rows.add_row(name, quantity(value), quantity(limit), f"[{colour}]{quantity(limit - value)}[/]")
    console.print(rows)
