"""Make the table of the page on lost landers: what was published, what was given to the flights, and what came out.

    python docs/lost_landers_table.py

It flies each lander of the catalogue that was lost, without its fault and with it, and writes
``docs/lost-landers-table.inc``, which the page includes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from astropy import units as u

import lunarsim as ls

MPS = u.m / u.s
TABLE = Path(__file__).parent / "lost-landers-table.inc"


class Row(NamedTuple):
    """A published number, and the same of the flights; what was given to them is no prediction."""

    what: str
    published: str
    flown: str
    given: bool = False


def at_height(flight: ls.Flight, height: u.Quantity) -> tuple[u.Quantity, u.Quantity]:
    """Return the velocities up and along the ground where a flight first comes below a height above its site."""
    heights = flight.altitude - flight.scenario.site_elevation
    return ls.ground_velocity(flight.at(flight.start + flight.elapsed[np.argmax(heights < height)]))


def first(flight: ls.Flight, kind: ls.EventKind) -> ls.State:
    """Return the true state at the first event of a kind."""
    return next(event for event in flight.timeline if event.kind is kind).true.state


def above_site(flight: ls.Flight, state: ls.State) -> u.Quantity:
    """Return a height above the ground of the site."""
    return state.altitude - flight.scenario.site_elevation


def shown(value: u.Quantity, unit: u.UnitBase, digits: int = 0) -> str:
    """Return a value with its unit."""
    return f"{value.to_value(unit):.{digits}f} {unit.to_string().replace(' ', '')}"


def beresheet(_: ls.Flight, lost: ls.Flight) -> list[Row]:
    """Return the rows of Beresheet."""
    up, along = at_height(lost, lost.scenario.published["last_altitude"])
    return [
        Row("engine out at", "14 km", shown(above_site(lost, first(lost, ls.EventKind.FAULT)), u.km, 1), given=True),
        Row("descent at 149 m", "134.3 m/s", shown(-up, MPS, 1), given=True),
        Row("along the ground at 149 m", "946.7 m/s", shown(along, MPS, 1), given=True),
        Row("speed of the impact", "about 1000 m/s", shown(lost.outcome.speed, MPS)),
        Row("time of the impact", "19:23", lost.end.utc.isot[11:19]),
    ]


def hakuto_r_m1(_: ls.Flight, lost: ls.Flight) -> list[Row]:
    """Return the rows of the first Hakuto-R."""
    dry = first(lost, ls.EventKind.NO_PROPELLANT)
    step = lost.scenario.moon.terrain
    rejected = first(lost, ls.EventKind.ALTIMETER_REJECTED)
    away = (rejected.latitude - lost.scenario.landing_site.latitude).to_value(u.rad) * (
        ls.constants.MOON_RADIUS_M * u.m
    )
    return [
        Row("step at the rim", "3 km", shown(step.highest - step.lowest, u.km, 1), given=True),
        Row("altimeter rejected", "at the rim", f"{shown(away, u.km)} before the site: on the wall"),
        Row("hovers until the tanks are dry at", "about 5 km", shown(above_site(lost, dry), u.km, 1)),
        Row("descent there", "less than 1 m/s", shown(-ls.ground_velocity(dry)[0], MPS, 1)),
        Row("speed of the impact", "more than 100 m/s; 127 m/s from 5 km", shown(lost.outcome.speed, MPS)),
    ]


def hakuto_r_m2(sound: ls.Flight, lost: ls.Flight) -> list[Row]:
    """Return the rows of the second Hakuto-R."""
    valid = [above_site(flight, first(flight, ls.EventKind.ALTIMETER_ACQUIRED)) for flight in (sound, lost)]
    state = lost.at(lost.start + 420 * u.s)
    return [
        Row("range to be valid from", "3 km", shown(valid[0], u.km, 1), given=True),
        Row("range valid", "below 900 m", shown(valid[1], u.m), given=True),
        Row("descent at 52 m", "51.9 m/s", shown(-at_height(lost, 52 * u.m)[0], MPS, 1), given=True),
        Row(
            "on the ground before plan, whose last 50 m were chosen with it in mind",
            "105 s",
            shown(sound.end - lost.end, u.s),
        ),
        Row("descent at 192 m", "42 m/s", shown(-at_height(lost, 192 * u.m)[0], MPS, 1)),
        Row("after 7 min", "below 12 km", shown(above_site(lost, state), u.km, 1)),
        Row("speed then", "500 m/s", shown(state.speed, MPS)),
        Row("braking lasts", "about 10 min", shown(sound.phases[0].duration, u.min, 1)),
    ]


def odysseus(_: ls.Flight, lost: ls.Flight) -> list[Row]:
    """Return the rows of Odysseus."""
    up, along = ls.ground_velocity(lost.outcome.state)
    start = above_site(lost, lost.scenario.state)
    return [
        Row("last good altitude", "15 km", shown(start, u.km, 1), given=True),
        Row("believed too high by", "100 m", shown(lost.navigation.altitude_error[-1], u.m), given=True),
        Row("inertial before the touchdown for", "more than 12 min", shown(lost.end - lost.start, u.min, 1)),
        Row("touchdown, down", "2.7 m/s", shown(-up, MPS, 1)),
        Row("touchdown, across", "0.9 m/s", shown(along, MPS, 1)),
        Row("end", "on its side", lost.outcome.verdict.value),
    ]


def athena(_: ls.Flight, lost: ls.Flight) -> list[Row]:
    """Return the rows of Athena."""
    up, _along = ls.ground_velocity(lost.outcome.state)
    return [
        Row("altimeters", "noisy all the way", "given up at once", given=True),
        Row(
            "from the planned site",
            "250 m; over 400 m",
            shown(lost.outcome.distance_to(lost.scenario.landing_site), u.m),
        ),
        Row("touchdown, down", "not printed", shown(-up, MPS, 1)),
        Row("end", "on its side", lost.outcome.verdict.value),
    ]


def vikram(sound: ls.Flight, lost: ls.Flight) -> list[Row]:
    """Return the rows of Vikram."""
    up, along = at_height(lost, lost.scenario.published["last_altitude"])
    low = at_height(lost, 2.1 * u.km)
    hold = ls.ground_velocity(sound.phases[1].after)[1]
    return [
        Row("end of rough braking", "146 m/s", shown(sound.phases[0].after.speed, MPS), given=True),
        Row("along the ground after the attitude hold, as planned", "86 m/s", shown(hold, MPS)),
        Row("descent at 330 m", "58 m/s, from memory", shown(-up, MPS), given=True),
        Row("along the ground at 330 m", "48 m/s, from memory", shown(along, MPS), given=True),
        Row("speed at 2.1 km", "about 50 m/s", f"{shown(-low[0], MPS)} down, {shown(low[1], MPS)} along"),
        Row("speed of the impact", "more than 56 m/s", shown(lost.outcome.speed, MPS)),
        Row("from the site", "within 500 m", shown(lost.outcome.distance_to(lost.scenario.landing_site), u.m)),
    ]


LANDERS: dict[str, Callable[[ls.Flight, ls.Flight], list[Row]]] = {
    "beresheet": beresheet,
    "vikram": vikram,
    "hakuto-r-m1": hakuto_r_m1,
    "hakuto-r-m2": hakuto_r_m2,
    "odysseus": odysseus,
    "athena": athena,
}


def main() -> None:
    """Fly all of them, and write the table."""
    lines = ["| lander | | published | given to the flight | came out |", "|---|---|---|---|---|"]
    for name, rows in LANDERS.items():
        scenario = ls.load_scenario(name)
        for row in rows(ls.simulate(scenario.without_faults()), ls.simulate(scenario)):
            flown = (row.flown, "") if row.given else ("", row.flown)
            lines.append(f"| `{name}` | {row.what} | {row.published} | {' | '.join(flown)} |")
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
