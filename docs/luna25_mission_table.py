"""Make the tables of the page on missions about Luna-25: what was given, what else fits, what the durations say.

    python docs/luna25_mission_table.py

It flies trim and last burn some thousand times, for ten minutes, and writes ``missions-luna25-*.inc`` into ``docs/``,
which the page includes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from astropy import units as u
from missions_table import MPS, numbers, write
from numpy.typing import NDArray
from scipy.optimize import least_squares

import lunarsim as ls
from lunarsim import constants
from lunarsim.campaign.inputs.settings import with_values
from lunarsim.chain import Link, RowKind
from lunarsim.mission import Status
from lunarsim.scenarios.luna25_reconstruction import planned_by_timer
from lunarsim.scenarios.luna25_trim import INSERTION, LAST, TRIM, Way

WORDS = {
    RowKind.GIVEN: "given",
    RowKind.FREE: "free",
    RowKind.MET: "met",
    RowKind.COMPARED: "compared",
    RowKind.CAME_OUT: "came out",
}
ARGUMENTS = (90, 60, 30, 0, -30, -60, -90)  # of perilune of 16 August (deg)
FAMILIES = ((-44.0, -29.0, 239.0, 6.0), (38.0, -33.0, 236.6, -52.5))  # first guesses: pitch, yaw, thrust (N), argument
HALF_S, HALF_KM, HALF_MINUTE = 0.5 * u.s, 0.5 * u.km, 30 * u.s  # of the last digit of what was printed
NOMINAL, MOST = 4118.8 * u.N, 4707.2 * u.N  # ms3_landing: 420 kgf, and the top of the regulation, 480 kgf
EXCLUDED = {
    "correction of 12 August": "none: the departure is free",
    "correction of 14 August": "none: the departure is free",
    "insertion, main engine": "all but the main engine: 814 m/s have to come together",
    "insertion, soft-landing engines": "the corrective engine: before it the main one would need 5.1 kN; the most "
    "printed of it is 4.7 kN",
    "trim of 18 August": "the main engine: in the plane it leads to the ground, across it past the crater",
    "pre-landing burn": "all others: in 84 s they give 74 m/s and more, and 18 x 100 km need 15 m/s",
}


def turned(state: ls.State, argument_deg: float, *, low: u.Quantity, high: u.Quantity) -> ls.State:
    """Return a state as far from the node, on an orbit with another argument of perilune, or another size."""
    elements = state.elements()
    argument = argument_deg * u.deg
    return ls.State.from_elements(
        perilune=state.perilune + low,
        apolune=state.apolune + high,
        inclination=elements.inclination,
        node_longitude=elements.node_longitude,
        argument_of_perilune=argument % (360 * u.deg),
        true_anomaly=elements.argument_of_perilune + elements.true_anomaly - argument,
        epoch=state.epoch,
    )


class Fit:
    """The trim fitted to crater and planned perilune, and with the argument of perilune to the planned apolune too."""

    def __init__(
        self, mission: ls.Mission, inserted: ls.Flight, *, low: u.Quantity = 0 * u.km, high: u.Quantity = 0 * u.km
    ) -> None:
        self.way, self.inserted, self.moved = Way(mission), inserted, {"low": low, "high": high}

    def flown(self, x: NDArray[np.float64], argument_deg: float) -> ls.MissionFlight:
        """Return trim and last burn: pitch, yaw (deg), thrust (N)."""
        state = turned(self.inserted.outcome.state, argument_deg, **self.moved)
        return self.way.flown_from(state, self.inserted.mass[-1], x)

    def of_three(self, start: NDArray[np.float64], argument_deg: float) -> NDArray[np.float64] | None:
        """Return pitch, yaw and thrust that meet the crater and the planned perilune; None where none do."""
        found = least_squares(
            lambda x: self.way.misses(self.flown(x, argument_deg))[:3],
            start,
            bounds=((-360.0, -180.0, 50.0), (360.0, 180.0, 500.0)),
            diff_step=1e-6,
            xtol=1e-10,
            max_nfev=15,
        )
        return found.x if np.max(np.abs(found.fun)) < 1.0 else None

    def of_four(self, start: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return pitch, yaw, thrust and argument of perilune that meet the planned apolune too."""
        found = least_squares(
            lambda x: self.way.misses(self.flown(x[:3], x[3])), start, diff_step=1e-6, xtol=1e-10, max_nfev=30
        )
        return np.asarray(found.x)


def of_trim(flown: ls.MissionFlight) -> NDArray[np.float64]:
    """Return pitch, yaw (deg), thrust (N) of a flown trim, and the argument of perilune of 16 August (deg)."""
    trim = flown.flights[TRIM].scenario
    assert trim.craft is not None
    burn, elements = trim.plan[0], flown.flights[INSERTION].outcome.state.elements()
    engine = trim.craft.engine_called(burn.engine)
    angles = (burn.pitch_error, burn.yaw_error, elements.argument_of_perilune)
    pitch, yaw, argument = (angle.to_value(u.deg) for angle in angles)
    return np.array([pitch, yaw, engine.thrust.to_value(u.N), (argument + 180.0) % 360.0 - 180.0])


def trims(fit: Fit) -> list[str]:
    """Return the lines of some other trims that end at the crater, for arguments of perilune that nobody printed."""
    lines = [
        "| argument of perilune | trim: pitch, yaw | thrust | delta-v of the trim | planned orbit | impact |",
        "|---|---|---|---|---|---|",
    ]
    for family in FAMILIES:
        *x, best = fit.of_four(np.array(family))
        told = {best: _trim_line(fit.flown(np.array(x), best), x, best, bold=True)}
        for arguments in (sorted(a for a in ARGUMENTS if a > best), sorted(a for a in ARGUMENTS if a < best)[::-1]):
            found: NDArray[np.float64] | None = np.array(x)
            for argument in arguments:  # each from the one beside it, until none is found
                found = fit.of_three(found, argument)
                if found is None:
                    break
                told[argument] = _trim_line(fit.flown(found, argument), found, argument, bold=False)
        lines += [told[argument] for argument in sorted(told)]
    return lines


def _trim_line(flown: ls.MissionFlight, x: NDArray[np.float64], argument: float, *, bold: bool) -> str:
    planned = planned_by_timer(flown.flights[-1].scenario).burns[0].after
    orbit = f"{planned.perilune.to_value(u.km):.1f} x {planned.apolune.to_value(u.km):.1f} km"
    size, when = flown.burns[0].delta_v.to_value(MPS), flown.end.utc.strftime("%H:%M:%S")
    mark = "**" if bold else ""
    return (
        f"| {mark}{argument:.0f} deg{mark} | {x[0]:.0f} deg, {x[1]:.0f} deg | {x[2]:.0f} N | {size:.1f} m/s | {orbit} "
        f"| {mark}{when}{mark} |"
    )


def roundings(mission: ls.Mission, inserted: ls.Flight) -> Iterator[Fit]:
    """Yield the fit with each printed number off by half of its last digit; with times off by half a minute."""
    trim, last = mission.links[TRIM], mission.links[LAST]
    given = dict(last.scenario.published)
    for name in ("planned_perilune", "planned_apolune", "planned_burn"):
        half = HALF_S if name == "planned_burn" else HALF_KM
        yield Fit(_with(mission, LAST, published={**given, name: given[name] + half}), inserted)
    yield Fit(_with(mission, LAST, **{"plan.0.timer": last.scenario.plan[0].timer + HALF_S}), inserted)
    burn, coast = trim.scenario.plan
    longer = {"plan.0.timer": burn.timer + HALF_S, "plan.1.duration": coast.duration - HALF_S}
    yield Fit(_with(mission, TRIM, **longer), inserted)
    later = {"plan.0.ignition": HALF_MINUTE, "plan.1.duration": coast.duration - HALF_MINUTE}
    yield Fit(_with(mission, TRIM, **later), inserted)
    for apsis in ("low", "high"):
        yield Fit(mission, inserted, **{apsis: 0.05 * u.km})


def _with(mission: ls.Mission, k: int, published: dict | None = None, **values: u.Quantity) -> ls.Mission:
    """Return a mission with a link whose scenario has other numbers, by their paths."""
    scenario = mission.links[k].scenario
    scenario = replace(scenario, published=published) if published else with_values(scenario, values)
    links = (*mission.links[:k], replace(mission.links[k], scenario=scenario), *mission.links[k + 1 :])
    return replace(mission, links=links)


def insertions(mission: ls.Mission, flown: ls.MissionFlight) -> u.Quantity:
    """Return the delta-v of the insertion for the orbit that was printed, off by 0.05 km, and for 90 x 113 km."""
    link, begun = mission.links[INSERTION], flown.flights[INSERTION].scenario
    perilune, apolune, inclination = link.reach
    sizes = []
    for low, high in ((91.45, 112.6), (91.4, 112.65), (90.0, 113.0)):
        reach = (replace(perilune, value=low * u.km), replace(apolune, value=high * u.km), inclination)
        own = Link(scenario=begun, vary=link.vary, reach=reach)
        sizes.append(ls.fly_mission(replace(mission, links=(own,))).delta_v)
    return u.Quantity(sizes)


def given_by(engine: ls.Engine, thrust: u.Quantity, mass: u.Quantity, duration: u.Quantity) -> u.Quantity:
    """Return the delta-v that a duration gives, by the rocket equation."""
    exhaust = (engine.specific_impulse * constants.STANDARD_GRAVITY_MPS2 * u.m / u.s**2).to(MPS)
    return -exhaust * np.log(1.0 - (thrust * duration / (exhaust * mass)).to_value(u.one))


def engines(flown: ls.MissionFlight) -> list[str]:
    """Return the lines of what each engine would have given in the duration of each burn."""
    craft = flown.flights[TRIM].scenario.craft
    assert craft is not None
    others = {name: (craft.engine_called(name), craft.engine_called(name).total_thrust) for name in craft.other_engines}
    main = {f"main, {thrust.to_value(u.kN):.2f} kN": (craft.engine, thrust) for thrust in (NOMINAL, MOST)}
    titles = [f"{name}, {thrust.to_value(u.kN):.2f} kN" for name, (_, thrust) in others.items()] + list(main)
    lines = [f"| burn | duration | {' | '.join(titles)} | excluded |", "|---|---|" + "---|" * (len(titles) + 1)]
    for flight in flown.flights:
        for burn in flight.burns:
            mass = flight.mass[np.argmin(np.abs((flight.times - burn.ignition).to_value(u.s)))]
            every = (*others.values(), *main.values())
            cells = [f"{given_by(engine, thrust, mass, burn.duration).value:.1f} m/s" for engine, thrust in every]
            told = f"{burn.duration.value:g} s | {' | '.join(cells)} | {EXCLUDED[burn.name]}"
            lines.append(f"| {burn.name} | {told} |")
    return lines


def by_the_rounding(mission: ls.Mission, flown: ls.MissionFlight, fit: Fit) -> NDArray[np.float64]:
    """Return by how much the delta-v of each burn changes (m/s) with the printed numbers off by half a digit."""
    start = of_trim(flown)
    sizes, durations = _sizes(flown), np.array([burn.duration.to_value(u.s) for burn in flown.burns])
    halves = np.array([HALF_S.value, 0.05, np.nan, HALF_S.value, 0.0, 0.0])
    open_mps = sizes * halves / durations
    totals = insertions(mission, flown).to_value(MPS)
    open_mps[2] = open_mps[3] + np.max(np.abs(totals - sizes[2] - sizes[3]))  # the one has what the other has not
    before = _sizes(fit.flown(start[:3], start[3]))
    for other in roundings(mission, fit.inserted):
        x = other.of_four(start)
        open_mps[-2:] += np.abs(_sizes(other.flown(x[:3], x[3])) - before)
    return open_mps


def by_the_thrust(mission: ls.Mission, flown: ls.MissionFlight) -> list[tuple[float, float]]:
    """Return the delta-v of each burn (m/s) at the least and the most thrust that its engine may have had."""
    sizes = [float(size) for size in _sizes(flown)]
    interval = mission.provenance["craft.other_engines.corrective.thrust"].interval
    least, most = (float(u.Quantity(end).to_value(u.N)) / of_trim(flown)[2] for end in interval)
    inserted = flown.flights[INSERTION]
    engine, duration = inserted.scenario.craft.engine, inserted.burns[0].duration
    main = [given_by(engine, thrust, inserted.mass[0], duration).to_value(MPS) for thrust in (NOMINAL, MOST)]
    rest = [sizes[2] + sizes[3] - size for size in main]
    others = [(size * least, size * most) for size in sizes]
    return [*others[:2], (main[0], main[1]), (rest[1], rest[0]), *others[4:]]


def _sizes(flown: ls.MissionFlight) -> NDArray[np.float64]:
    return np.array([burn.delta_v.to_value(MPS) for burn in flown.burns])


def delta_vs(mission: ls.Mission, flown: ls.MissionFlight, fit: Fit) -> list[str]:
    """Return the lines of each burn's delta-v, what the rounding of the printed numbers leaves open, and the thrust."""
    titles = ("burn", "ignition (UTC)", "duration", "delta-v", "by the rounding", "by the thrust")
    lines = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    open_mps, thrusts = by_the_rounding(mission, flown, fit), by_the_thrust(mission, flown)
    for burn, half, (low, high) in zip(flown.burns, open_mps, thrusts, strict=True):
        size = burn.delta_v.to_value(MPS)
        when = burn.ignition.utc.strftime("%d August %H:%M:%S")
        cells = (burn.name, when, f"{burn.duration.value:g} s", f"{size:.1f} m/s")
        intervals = f"{size - half:.2f} to {size + half:.2f} m/s | {low:.1f} to {high:.1f} m/s"
        lines.append(f"| {' | '.join(cells)} | {intervals} |")
    return lines


def times(mission: ls.Mission, flown: ls.MissionFlight) -> list[str]:
    """Return the lines of the times that were printed, and as they are flown."""
    lines = ["| event | printed (UTC) | flown |", "|---|---|---|"]
    burns = {burn.name: burn for burn in flown.burns}
    for k, link in enumerate(mission.links[: LAST + 1]):
        for i, phase in enumerate(link.scenario.plan):
            if isinstance(phase, ls.Burn):
                said = mission.provenance.get(f"links.{k}.plan.{i}.ignition")
                unknown = said is not None and said.status is not Status.PUBLISHED
                printed = "start not printed" if unknown else phase.ignition.utc.strftime("%d August %H:%M")
                burn = burns[phase.name]
                start = burn.ignition.utc.strftime("%H:%M:%S")
                lines.append(
                    f"| {phase.name} | {printed}, {phase.timer.value:g} s | {start}, {burn.duration.value:g} s |"
                )
    declared, end = (time.utc.strftime("%H:%M:%S") for time in (flown.flights[INSERTION].end, flown.end))
    given = mission.links[LAST].scenario.published
    first, last = (given[name].utc.strftime("%H:%M") for name in ("loss_of_contact", "modelled_impact"))
    lines.append(f"| orbit declared | 16 August 09:03 | {declared} |")
    lines.append(f"| impact | 19 August {first} (loss of contact) to {last} (modelled) | {end} |")
    return lines


def main() -> None:
    """Fly all of them, and write the tables."""
    mission = ls.load_mission("luna25-mission")
    flown = ls.fly_mission(mission)
    write("missions-luna25-table", numbers(flown, WORDS))
    write("missions-luna25-times", times(mission, flown))
    write("missions-luna25-engines", engines(flown))
    fit = Fit(mission, flown.flights[INSERTION])
    write("missions-luna25-trims", trims(fit))
    write("missions-luna25-delta-v", delta_vs(mission, flown, fit))


if __name__ == "__main__":
    main()
