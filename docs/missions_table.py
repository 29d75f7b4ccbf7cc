"""Make the tables of the page on missions: Chandrayaan-3's orbits as printed and as flown.

    python docs/missions_table.py

It flies the mission some fifteen times, for minutes, and writes ``missions-table.inc``, ``missions-delta-v.inc`` and
``missions-geometry.inc`` into ``docs/``, which the page includes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from astropy import units as u

import lunarsim as ls
from lunarsim.chain import Row, RowKind

HERE = Path(__file__).parent
HALF = 0.5 * u.km  # of the last digit of what was printed
MPS = u.m / u.s
_ORBITS = 7  # links up to the last manoeuvre
_TESTED = 4  # links whose perilune is left to nature, or may be
_WORDS = {RowKind.FREE: "free", RowKind.MET: "met", RowKind.COMPARED: "compared", RowKind.CAME_OUT: "came out"}

GEOMETRIES = {
    "as in the file": {},
    "inclination 89 deg, node 90 deg": {"orbit.inclination": 89 * u.deg, "orbit.node_longitude": 90 * u.deg},
    "argument of perilune 300 deg": {"orbit.argument_of_perilune": 300 * u.deg},
    "argument of perilune 328 deg": {"orbit.argument_of_perilune": 328 * u.deg},
}


def beginning(mission: ls.Mission, values: dict[str, u.Quantity], links: int) -> ls.Mission:
    """Return the first links of a mission, with some numbers of its start changed."""
    first, *others = mission.links[:links]
    return replace(mission, links=(replace(first, scenario=ls.with_values(first.scenario, values)), *others))


def roundings(mission: ls.Mission, solved: ls.Mission) -> Iterator[ls.Mission]:
    """Yield the mission with each number of an orbit that was printed off by half of its last digit.

    Links before the one that changes are flown with the numbers that were found.
    """
    for name in ("perilune", "apolune"):
        value = getattr(mission.links[0].scenario.state, name) + HALF
        yield beginning(mission, {f"orbit.{name}": value}, _ORBITS)
    for k, link in enumerate(mission.links[:_ORBITS]):
        for i, goal in enumerate(link.reach):
            if goal.quantity in {"perilune", "apolune"}:
                moved = (*link.reach[:i], replace(goal, value=goal.value + HALF), *link.reach[i + 1 :])
                links = (*solved.links[:k], replace(link, reach=moved), *mission.links[k + 1 : _ORBITS])
                yield replace(mission, links=links)


def numbers(flown: ls.MissionFlight) -> list[str]:
    """Return the lines of what was free, met and compared, and what came out."""
    lines = ["| link | | number | published | flown | off by | kept |", "|---|---|---|---|---|---|---|"]
    for leg in flown.legs:
        for row in leg.rows:
            if row.kind in _WORDS:
                cells = (_WORDS[row.kind], row.quantity, row.asked, row.flown, _off(row), _kept(row))
                lines.append(f"| {leg.flight.scenario.name} | {' | '.join(cells)} |")
    return lines


def delta_vs(mission: ls.Mission, flown: ls.MissionFlight) -> list[str]:
    """Return the lines of each burn's delta-v and what the rounding of the printed orbits leaves open."""
    sizes = np.array([burn.delta_v.to_value(MPS) for burn in flown.burns])
    open_mps = np.zeros_like(sizes)
    for moved in roundings(mission, flown.solved):
        others = np.array([burn.delta_v.to_value(MPS) for burn in ls.fly_mission(moved).burns])
        open_mps += np.abs(others - sizes)
    lines = ["| burn | ignition (UTC) | duration | delta-v | by the rounding |", "|---|---|---|---|---|"]
    for burn, size, half in zip(flown.burns, sizes, open_mps, strict=True):
        when = burn.ignition.utc.strftime("%d August %H:%M:%S")
        cells = (burn.name, when, f"{burn.duration.value:.1f} s", f"{size:.1f} m/s")
        lines.append(f"| {' | '.join(cells)} | {size - half:.1f} to {size + half:.1f} m/s |")
    return lines


def geometries(mission: ls.Mission) -> list[str]:
    """Return the lines of how what nobody printed moves the perilunes that are left to nature."""
    printed = {row.quantity: row.asked for row in _looked_at(ls.fly_mission(beginning(mission, {}, _TESTED)))}
    lines = [
        f"| | {' | '.join(f'{name} ({asked} printed)' for name, asked in printed.items())} |",
        "|---|" + "---|" * len(printed),
    ]
    for title, values in GEOMETRIES.items():
        rows = _looked_at(ls.fly_mission(beginning(mission, values, _TESTED)))
        lines.append(f"| {title} | {' | '.join(row.flown for row in rows)} |")
    return lines


def _looked_at(flown: ls.MissionFlight) -> list[Row]:
    return [row for leg in flown.legs for row in leg.rows if row.kind is RowKind.COMPARED]


def _off(row: Row) -> str:
    return "" if np.isnan(row.miss) else f"{row.miss:+.2f} {row.unit}".replace("-0.00", "+0.00")


def _kept(row: Row) -> str:
    return {None: "", True: "yes", False: "**no**"}[row.kept]


def write(name: str, lines: list[str]) -> None:
    """Write the lines of a table."""
    (HERE / f"{name}.inc").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Fly all of them, and write the tables."""
    mission = ls.load_mission("chandrayaan3-mission")
    flown = ls.fly_mission(mission)
    write("missions-table", numbers(flown))
    write("missions-geometry", geometries(mission))
    write("missions-delta-v", delta_vs(mission, flown))


if __name__ == "__main__":
    main()
