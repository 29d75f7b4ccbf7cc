"""Make the tables of the page on missions: what was printed of Chandrayaan-3 and of Chang'e-5, and what is flown.

    python docs/missions_table.py [chandrayaan3] [change5]

It flies Chandrayaan-3 some fifteen times, for minutes, and Chang'e-5 once, and writes ``missions-table.inc``,
``missions-delta-v.inc``, ``missions-geometry.inc`` and ``missions-change5.inc`` into ``docs/``; the page has them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.time import Time

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


def numbers(flown: ls.MissionFlight, words: Mapping[RowKind, str] = _WORDS) -> list[str]:
    """Return the lines of what was free, met and compared, and what came out, or of some of these kinds."""
    lines = ["| link | | number | given or published | flown | off by | kept |", "|---|---|---|---|---|---|---|"]
    for leg in flown.legs:
        for row in leg.rows:
            if row.kind in words:
                cells = (words[row.kind], row.quantity, row.asked, row.flown, _off(row), _kept(row))
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


# What was printed of Chang'e-5 beside its path, with the rounding: in shared/facts and in the sources of its file.
CHANGE5_TIMES = {
    "correction of 24 November": "2020-11-24T14:06",
    "correction of 25 November": "2020-11-25T14:06",
    "insertion": "2020-11-28T12:58",
    "second braking": "2020-11-29T12:23",
    "first departure burn": "2020-12-12T01:54",
    "second departure burn": "2020-12-13T01:51",
}
CHANGE5_ENDS = {
    "to 200 km": ("separation of the lander", "2020-11-29T20:40"),
    "lander to 15 km": ("descent begins", "2020-12-01T14:57"),
    "change5": ("touchdown", "2020-12-01T15:11"),
    "home": ("entry interface", "2020-12-16T17:33"),
}
CHANGE5_NOT_GIVEN = {
    "ignition, second braking": "reached for, by the insertion",
    "ignition, second lowering": "came out",
    "descent begins": "reached for",
    "touchdown": "came out",
    "entry interface": "reached for",
}


def change5_times(flown: ls.MissionFlight) -> list[str]:
    """Return the lines of when each event of Chang'e-5 was, and when it is flown."""
    told = [(f"ignition, {burn.name}", CHANGE5_TIMES.get(burn.name), burn.ignition) for burn in flown.burns]
    told.append(("separation from the rocket", "2020-11-23T21:06:52", flown.start))
    told += [(*CHANGE5_ENDS[f.scenario.name], f.end) for f in flown.flights if f.scenario.name in CHANGE5_ENDS]
    lines = ["| event | published (UTC) | flown (UTC) | off by | |", "|---|---|---|---|---|"]
    for name, published, when in sorted(told, key=lambda each: each[2].jd):
        off = "" if published is None else f"{(when - Time(published, scale='utc')).to_value(u.min):+.1f} min"
        day = "" if published is None else Time(published, scale="utc").strftime("%d %b %H:%M")
        cells = (name, day, when.utc.strftime("%d %b %H:%M:%S"), off.replace("-0.0", "+0.0"))
        lines.append(f"| {' | '.join(cells)} | {CHANGE5_NOT_GIVEN.get(name, 'given')} |")
    return lines


def change5_tests(flown: ls.MissionFlight) -> list[str]:
    """Return the lines of what was printed of Chang'e-5 and is not reached for."""
    burns = {burn.name: burn for burn in flown.burns}
    flights = {flight.scenario.name: flight for flight in flown.flights}
    moon = flights["home"].scenario.moon
    far = {name: burns[name].before.to_earth(moon.ephemeris).height for name in CHANGE5_TIMES}
    insertion, second = burns["insertion"], burns["second departure burn"]
    landing = flights["change5"]
    rows = [
        (
            "distance of the first correction",
            "some 160,000 km",
            f"{far['correction of 24 November'].to_value(u.km):,.0f} km",
        ),
        ("distance of the second", "about 270,000 km", f"{far['correction of 25 November'].to_value(u.km):,.0f} km"),
        ("height as the insertion ignites", "about 400 km", _km(insertion.before.altitude)),
        ("duration of the insertion", "about 17 min", _minutes(insertion.duration)),
        ("orbit after the second braking", "about 200 km", _orbit(burns["second braking"].after)),
        ("propellant of the descent", "1898 kg", f"{(landing.mass[0] - landing.mass[-1]).to_value(u.kg):.0f} kg"),
        ("perilune of the ellipse on the way home", "about 200 km", _km(burns["first departure burn"].after.perilune)),
        (
            "height as the second departure burn ignites, for which the first is sized",
            "230 km",
            _km(second.before.altitude),
        ),
        ("speed at the entry interface", "11.2 km/s", f"{flown.outcome.earth.speed.to_value(u.km / u.s):.2f} km/s"),
    ]
    return ["| number | published | flown |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]


def _km(height: u.Quantity) -> str:
    return f"{height.to_value(u.km):.0f} km"


def _minutes(duration: u.Quantity) -> str:
    return f"{duration.to_value(u.min):.1f} min"


def _orbit(state: ls.State) -> str:
    return f"{state.perilune.to_value(u.km):.0f} x {state.apolune.to_value(u.km):.0f} km"


def _sizes(flown: ls.MissionFlight) -> list[str]:
    """Return the lines of each burn's size."""
    lines = ["| burn | duration | delta-v | mass before |", "|---|---|---|---|"]
    for leg in flown.legs:
        for burn in leg.flight.burns:
            mass = leg.flight.mass[np.searchsorted(leg.flight.times.jd, burn.ignition.jd)].to_value(u.kg)
            cells = (
                burn.name,
                f"{burn.duration.value:.1f} s",
                f"{burn.delta_v.to_value(MPS):.1f} m/s",
                f"{mass:.0f} kg",
            )
            lines.append(f"| {' | '.join(cells)} |")
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


def change5() -> None:
    """Fly Chang'e-5, and write its tables."""
    flown = ls.fly_mission(ls.load_mission("change5-mission"))
    write("missions-change5", [*change5_times(flown), "", *change5_tests(flown), "", *_sizes(flown)])


def chandrayaan3() -> None:
    """Fly all of Chandrayaan-3, and write its tables."""
    mission = ls.load_mission("chandrayaan3-mission")
    flown = ls.fly_mission(mission)
    write("missions-table", numbers(flown))
    write("missions-geometry", geometries(mission))
    write("missions-delta-v", delta_vs(mission, flown))


def main() -> None:
    """Write the tables of the missions that are named, or of all."""
    makers = {"chandrayaan3": chandrayaan3, "change5": change5}
    for name in sys.argv[1:] or makers:
        makers[name]()


if __name__ == "__main__":
    main()
