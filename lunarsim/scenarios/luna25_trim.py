"""Infer the arrival, the trim and the corrective engine's thrust with which Luna-25's mission ends at the crater.

Four numbers of ``luna25-mission`` that nobody printed are found by Newton's method: the perilune of the arrival, which
decides where the orbit of 16 August has its perilune; the pitch and the yaw of the trim of 18 August; and the thrust of
the engine of the trim and of the last burn. They are fitted to four numbers that were printed: the crater, by the 127 s
that were flown, and 18 x 100 km, by the 84 s that were planned. The time of the impact is not used.

Run it with ``python -m lunarsim.scenarios.luna25_trim``; it takes some minutes. The corrections of 12 and 14 August are
flown with the thrust of the file, so where it changes, ``luna25_departure`` is to be run after it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from astropy import units as u
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, least_squares

from lunarsim.campaign.inputs.settings import with_values
from lunarsim.chain import Link, Mission, MissionFlight, fly_mission
from lunarsim.flight import Flight
from lunarsim.orbits import State
from lunarsim.plan import Burn
from lunarsim.scenarios.catalogue import load_mission
from lunarsim.scenarios.luna25_reconstruction import planned_by_timer

ARRIVAL, INSERTION, TRIM, LAST = range(1, 5)  # links
STEPS = np.array([1e-4, 1e-6, 1e-6, 1e-6])  # as shares of the unknowns
PLANNED_KM, PLACE_DEG = 0.1, 1e-3  # of one miss, that the four weigh about the same
_FAR = 1e3  # of those, where the flight does not come down


def trim_of(mission: Mission) -> Burn:
    """Return the burn of 18 August."""
    burn = mission.links[TRIM].scenario.plan[0]
    assert isinstance(burn, Burn)  # as the file has it
    return burn


class Way:
    """The mission from the arrival on, with four numbers that are others than in its file."""

    def __init__(self, mission: Mission) -> None:
        self.mission = mission
        self.inserted = cache(self._inserted)

    @property
    def start(self) -> NDArray[np.float64]:
        """What the file has: perilune of the arrival (km), pitch and yaw of the trim (deg), thrust (N)."""
        arrival, trim = self.mission.links[ARRIVAL].reach[0], self.mission.links[TRIM].scenario
        assert trim.craft is not None
        burn = trim_of(self.mission)
        engine = trim.craft.engine_called(burn.engine)
        numbers = (arrival.value.to(u.km), burn.pitch_error.to(u.deg), burn.yaw_error.to(u.deg), engine.thrust.to(u.N))
        return np.array([number.value for number in numbers])

    def _inserted(self, perilune_km: float) -> Flight:
        """Return the insertion after an arrival at a perilune."""
        links = self.mission.links[:TRIM]
        perilune, *others = links[ARRIVAL].reach
        arrival = replace(links[ARRIVAL], reach=(replace(perilune, value=perilune_km * u.km), *others))
        return fly_mission(replace(self.mission, links=(*links[:ARRIVAL], arrival, *links[INSERTION:]))).flights[-1]

    def flown(self, x: NDArray[np.float64]) -> MissionFlight:
        """Return the trim and the last burn, as flown."""
        before = self.inserted(float(x[0]))
        return self.flown_from(before.outcome.state, before.mass[-1], x[1:])

    def flown_from(self, state: State, mass: u.Quantity, x: NDArray[np.float64]) -> MissionFlight:
        """Return the trim and the last burn from an orbit of 16 August: pitch and yaw (deg) and thrust (N)."""
        trim, last = self.mission.links[TRIM : LAST + 1]
        own, engine = trim.scenario, trim_of(self.mission).engine
        assert own.craft is not None
        left = replace(own.craft, propellant_mass=mass - own.craft.dry_mass)
        trimmed = {
            "plan.0.pitch_error": x[0] * u.deg,
            "plan.0.yaw_error": x[1] * u.deg,
            f"craft.other_engines.{engine}.thrust": x[2] * u.N,
        }
        links = (
            Link(scenario=with_values(replace(own, state=state, craft=left), trimmed)),
            replace(last, scenario=with_values(last.scenario, {"craft.engine.thrust": x[2] * u.N})),
        )
        return fly_mission(replace(self.mission, links=links))

    def misses(self, flown: MissionFlight) -> NDArray[np.float64]:
        """Return by how much the crater and the planned orbit are missed, latitude, longitude, perilune, apolune."""
        flight = flown.flights[-1]
        planned = planned_by_timer(flight.scenario).burns[0].after
        given = flight.scenario.published
        orbit = [
            (getattr(planned, apsis) - given[f"planned_{apsis}"]).to_value(u.km) / PLANNED_KM
            for apsis in ("perilune", "apolune")
        ]
        place = [goal.miss(flight) / PLACE_DEG for goal in self.mission.links[LAST].fitted]
        return np.asarray(np.nan_to_num(np.array([*place, *orbit]), nan=_FAR))


def found(way: Way, start: NDArray[np.float64]) -> OptimizeResult:
    """Return the four numbers, from a first guess."""

    def misses(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return way.misses(way.flown(x))

    return least_squares(misses, start, x_scale=1.0, diff_step=STEPS, xtol=1e-12, ftol=1e-12, max_nfev=20)


def main() -> None:
    """Print the four numbers, and what comes out with them."""
    way = Way(load_mission("luna25-mission"))
    x = found(way, way.start).x
    print(f"arrival {x[0]:.6f} km; trim: pitch {x[1]:.6f} deg, yaw {x[2]:.6f} deg; thrust {x[3]:.6f} N")
    flight = way.flown(x).flights[-1]
    planned = planned_by_timer(flight.scenario).burns[0]
    print(f"planned: {planned.delta_v:.6f}, {planned.after!r}")
    print(f"flown: {flight.outcome}")


if __name__ == "__main__":
    main()
