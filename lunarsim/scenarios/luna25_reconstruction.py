"""Infer Luna-25's orbit and thrust just before its last burn from what was published.

No published orbit reproduces the time of impact: that of 16 August is three days older, and a trim
burn of 18 August was never described. Seven unknowns - the mean altitude, the eccentricity vector, the
argument of latitude, the plane, the thrust - are found by least squares from

* the plane of 16 August, carried to 19 August in the degree-50 field;
* the planned burn: 84 s leave an orbit of 18 x 100 km;
* the flown burn: 127 s, with no reading from the accelerometer, end at the crater between 11:57 and 11:58;
* as background only: the size and shape of the orbit of 16 August, loosened by the trim burn.

How far the trim burn loosens it hangs on the engines that fired, which nobody named. The solution that is flown takes
the engines of the last burn, and so presumes a part of what it infers: the size of their thrust. The intervals beside
its numbers take the soft-landing engines, which are the stronger choice and presume nothing.

Run it with ``python -m lunarsim.scenarios.luna25_reconstruction``; it takes some minutes and prints
the published shapes that fail, the solution, the residuals, what stays undetermined, each
observation predicted from the others, and what the engines of the trim burn make of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from astropy import units as u
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.optimize import root
from scipy.stats import norm

from lunarsim import constants
from lunarsim.errors import LunarsimError
from lunarsim.flight import Accuracy, Flight, propagate, simulate
from lunarsim.inquiry import Estimate, Observation, Prediction, Unknown, estimate, leave_one_out, propagated
from lunarsim.mission import Scenario
from lunarsim.orbits import State
from lunarsim.plan import Burn
from lunarsim.scenarios.catalogue import load_scenario

#: Uncertainty of the node of 16 August, assumed: its epoch is not printed, and an hour moves it by 0.55 deg.
NODE_SIGMA = 0.5 * u.deg

_ACCURACY = Accuracy(relative=1e-10, position=1e-3 * u.m, velocity=1e-6 * u.m / u.s)  # 1 m at the impact
_RADIUS = constants.MOON_RADIUS_M * u.m
_CORRECTIVE_THRUST = 265.0 * u.N  # of the last burn, about: where the search starts, and the trim burn of the flown one
_INTERVAL_90 = float(norm.ppf(0.95))  # half of a 90 % interval, in standard uncertainties
_TESTED = ("impact latitude", "impact longitude", "impact time", "planned perilune", "planned apolune")

UNKNOWNS = (
    Unknown(name="mean altitude", start=95.0 * u.km, scale=1.0 * u.km),
    Unknown(name="e cos(argument of perilune)", start=0.006 * u.one, scale=1e-3 * u.one),
    Unknown(name="e sin(argument of perilune)", start=-0.002 * u.one, scale=1e-3 * u.one),
    Unknown(name="argument of latitude", start=90.0 * u.deg, scale=1.0 * u.deg),
    Unknown(name="inclination", start=82.35 * u.deg, scale=0.1 * u.deg),
    Unknown(name="node longitude", start=229.6 * u.deg, scale=0.1 * u.deg),
    Unknown(name="thrust", start=_CORRECTIVE_THRUST, scale=5.0 * u.N),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class CarriedOrbit:
    """The orbit of 16 August at the time of the burn: means and spreads over the argument of perilune."""

    mean_altitude: u.Quantity
    inclination: u.Quantity
    inclination_spread: u.Quantity
    node_longitude: u.Quantity
    eccentricity: float  #: root mean square


def state_of_16_august(scenario: Scenario, argument_of_perilune: u.Quantity) -> State:
    """Return the printed orbit of 16 August, in its ascending node, for an argument of perilune (not printed)."""
    given = scenario.published
    return State.from_elements(
        perilune=given["insertion_perilune"],
        apolune=given["insertion_apolune"],
        inclination=given["insertion_inclination"],
        node_longitude=given["insertion_node_longitude"],
        argument_of_perilune=argument_of_perilune,
        true_anomaly=-argument_of_perilune,
        epoch=given["insertion_epoch"],
    )


def carry_orbit(scenario: Scenario) -> CarriedOrbit:
    """Carry the orbit of 16 August to the burn, for several arguments of perilune, which was not published."""
    arguments = np.arange(0, 360, 60) * u.deg
    elements = []
    for argument in arguments:
        state = state_of_16_august(scenario, argument)
        coast = propagate(state, scenario.state.epoch - state.epoch, scenario.moon, accuracy=_ACCURACY)
        elements.append(coast.outcome.state.elements())
    inclinations = u.Quantity([e.inclination for e in elements])
    return CarriedOrbit(
        mean_altitude=np.mean(u.Quantity([e.semi_major_axis for e in elements])) - _RADIUS,
        inclination=np.mean(inclinations),
        inclination_spread=np.std(inclinations),
        node_longitude=np.mean(u.Quantity([e.node_longitude for e in elements])),
        eccentricity=float(np.sqrt(np.mean([e.eccentricity.value**2 for e in elements]))),
    )


def trim_delta_v(scenario: Scenario, thrust: u.Quantity) -> u.Quantity:
    """Return the size of the trim burn of 18 August: its published duration at a thrust.

    Its direction is unknown. It only sets how loosely the orbit of 16 August holds that of 19 August.
    """
    assert scenario.craft is not None
    return (scenario.published["trim_duration"] * thrust / scenario.craft.mass).to(u.m / u.s)


def observations(
    scenario: Scenario, carried: CarriedOrbit, trim_thrust: u.Quantity = _CORRECTIVE_THRUST
) -> list[Observation]:
    """Return what was published, and the background, with their uncertainties; the trim burn at a thrust."""
    given, crater = scenario.published, scenario.sites["crater"]
    earliest, latest = (given[name] - scenario.state.epoch for name in ("loss_of_contact", "modelled_impact"))
    speed = np.sqrt(constants.GM_MOON_M3_S2 * u.m**3 / u.s**2 / (carried.mean_altitude + _RADIUS))
    trim = (trim_delta_v(scenario, trim_thrust) / np.sqrt(3.0) / speed).to_value(u.one)
    # trim: along one axis of a random direction, over the speed
    shape_sigma = np.hypot(carried.eccentricity / np.sqrt(2.0), 2.0 * trim / np.sqrt(2.0)) * u.one
    tilt_sigma = np.hypot(carried.inclination_spread, trim * u.rad)
    return [
        Observation(name="planned perilune", value=given["planned_perilune"], sigma=0.5 * u.km),
        Observation(name="planned apolune", value=given["planned_apolune"], sigma=1.0 * u.km),
        Observation(name="impact latitude", value=crater.latitude.to(u.deg), sigma=0.01 * u.deg),
        Observation(name="impact longitude", value=crater.longitude.to(u.deg), sigma=0.01 * u.deg),
        Observation(  # anywhere between the two: a uniform distribution
            name="impact time",
            value=(0.5 * (earliest + latest)).to(u.s),
            sigma=(latest - earliest).to(u.s) / np.sqrt(12),
        ),
        Observation(name="inclination", value=carried.inclination.to(u.deg), sigma=tilt_sigma.to(u.deg)),
        Observation(
            name="node longitude",
            value=carried.node_longitude.to(u.deg),
            sigma=np.hypot(NODE_SIGMA, tilt_sigma).to(u.deg),
        ),
        Observation(
            name="mean altitude",
            value=carried.mean_altitude.to(u.km),
            sigma=(2.0 * trim * (carried.mean_altitude + _RADIUS)).to(u.km),
            background=True,
        ),
        *(
            Observation(name=f"e {part}(argument of perilune)", value=0.0 * u.one, sigma=shape_sigma, background=True)
            for part in ("cos", "sin")
        ),
    ]


def with_values(scenario: Scenario, values: Mapping[str, u.Quantity]) -> Scenario:
    """Return the scenario with the unknowns in place."""
    ex, ey = values["e cos(argument of perilune)"].value, values["e sin(argument of perilune)"].value
    e, argument = np.hypot(ex, ey), np.degrees(np.arctan2(ey, ex)) * u.deg
    a = values["mean altitude"] + _RADIUS
    state = State.from_elements(
        perilune=a * (1.0 - e) - _RADIUS,
        apolune=a * (1.0 + e) - _RADIUS,
        inclination=values["inclination"],
        node_longitude=values["node longitude"],
        argument_of_perilune=argument % (360.0 * u.deg),
        true_anomaly=values["argument of latitude"] - argument,
        epoch=scenario.state.epoch,
    )
    assert scenario.craft is not None
    craft = replace(scenario.craft, engine=replace(scenario.craft.engine, thrust=values["thrust"]))
    return replace(scenario, state=state, craft=craft)


def predict(scenario: Scenario, values: Mapping[str, u.Quantity]) -> dict[str, u.Quantity]:
    """Fly the unknowns twice, 84 s and 127 s by timer, and return what would have been observed."""
    case = with_values(scenario, values)
    planned = planned_by_timer(case).burns[0].after
    impact = simulate(case, accuracy=_ACCURACY).outcome
    return {
        "planned perilune": planned.perilune,
        "planned apolune": planned.apolune,
        "impact latitude": impact.latitude.deg * u.deg,
        "impact longitude": impact.longitude.deg * u.deg,
        "impact time": (impact.time - scenario.state.epoch).to(u.s),
        **values,
    }


def impact_time_of_shape(
    scenario: Scenario, mean_altitude: u.Quantity, eccentricity: float, argument: u.Quantity
) -> u.Quantity:
    """Return when an orbit of a published shape strikes, after ignition.

    Thrust and argument of latitude are chosen so that 84 s leave a perilune of 18 km and 127 s end at the
    crater's latitude; the plane is the scenario's. So the shape alone decides the time.
    """
    plane = scenario.state.elements()

    def outcome(x: NDArray[np.float64]) -> dict[str, u.Quantity]:
        values = {
            "mean altitude": mean_altitude,
            "e cos(argument of perilune)": eccentricity * np.cos(argument),
            "e sin(argument of perilune)": eccentricity * np.sin(argument),
            "argument of latitude": x[0] * u.deg,
            "inclination": plane.inclination,
            "node longitude": plane.node_longitude,
            "thrust": x[1] * u.N,
        }
        return predict(scenario, values)

    def misses(x: NDArray[np.float64]) -> list[float]:
        result = outcome(x)
        return [
            (result["planned perilune"] - scenario.published["planned_perilune"]).to_value(u.km),
            (result["impact latitude"] - scenario.sites["crater"].latitude).to_value(u.deg),
        ]

    found = root(misses, [95.0, 290.0])
    if not found.success:
        raise LunarsimError(f"no thrust and argument of latitude fit the shape: {found.message}")
    return outcome(found.x)["impact time"]


def planned_by_timer(scenario: Scenario) -> Flight:
    """Fly the planned burn alone, held to its published duration by the timer."""
    burn = next(phase for phase in scenario.plan if isinstance(phase, Burn))
    plan = (replace(burn, timer=scenario.published["planned_burn"]),)
    return simulate(replace(scenario, plan=plan), accuracy=_ACCURACY)


def solve(scenario: Scenario, trim_thrust: u.Quantity = _CORRECTIVE_THRUST) -> tuple[Estimate, list[Observation]]:
    """Return the solution and the observations behind it; the trim burn at a thrust."""
    known = observations(scenario, carry_orbit(scenario), trim_thrust)
    return estimate(UNKNOWNS, known, lambda values: predict(scenario, values)), known


def as_in_file(scenario: Scenario, values: Mapping[str, u.Quantity]) -> dict[str, u.Quantity]:
    """Return the numbers that the scenario file takes from a solution, by the names of their keys."""
    case = with_values(scenario, values)
    elements = case.state.elements()
    angles = ("inclination", "node_longitude", "argument_of_perilune", "true_anomaly")
    return {
        "perilune": case.state.perilune.to(u.km),
        "apolune": case.state.apolune.to(u.km),
        **{name: getattr(elements, name).to(u.deg) for name in angles},
        "thrust": values["thrust"].to(u.N),
        "target_delta_v": planned_by_timer(case).burns[0].delta_v,
    }


def main() -> None:
    """Print the reconstruction."""
    console = Console(width=110)
    scenario = load_scenario("luna25")
    _print_published_shapes(console, scenario)
    solution, known = solve(scenario)
    loose, _ = solve(scenario, scenario.published["soft_landing_thrust"])
    predictions = leave_one_out(UNKNOWNS, known, lambda values: predict(scenario, values), _TESTED)
    _print_solution(console, solution)
    _print_file(console, scenario, solution, loose)
    _print_observations(console, solution, known)
    _print_weakest(console, solution)
    _print_predictions(console, predictions)
    _print_trim(console, {"engines of the last burn": solution, "soft-landing engines": loose})


def _print_published_shapes(console: Console, scenario: Scenario) -> None:
    given = scenario.published
    low, high = given["insertion_perilune"], given["insertion_apolune"]
    mean, e = 0.5 * (low + high), float((high - low) / (high + low + 2.0 * _RADIUS))
    circular = impact_time_of_shape(scenario, 100.0 * u.km, 0.0, 0.0 * u.deg)
    arguments = np.arange(0, 360, 45) * u.deg
    times = u.Quantity([impact_time_of_shape(scenario, mean, e, argument) for argument in arguments])
    console.print("Published shapes, made to meet 18 km and the crater's latitude, strike at")
    console.print(f"  100 km circular: {_clock(scenario, circular)} UTC")
    console.print(
        f"  {low.value} x {high.value} km, any argument of perilune: {_clock(scenario, times.min())} to "
        f"{_clock(scenario, times.max())} UTC; contact was lost at 11:57\n"
    )


def _clock(scenario: Scenario, after: u.Quantity) -> str:
    return str((scenario.state.epoch + after).utc.strftime("%H:%M:%S"))


def _print_solution(console: Console, solution: Estimate) -> None:
    table = Table("unknown", "value", "standard uncertainty", title="Solution that is flown")
    for name, value in solution.values.items():
        table.add_row(name, f"{value:.5g}", f"{solution.sigmas[name].to(value.unit):.2g}")
    console.print(table)


def _print_file(console: Console, scenario: Scenario, solution: Estimate, loose: Estimate) -> None:
    """Print the numbers of the file, which have the digits to fly it again, and how well they are known."""
    table = Table("key", "flown", "90 % interval", title="As the scenario file writes it")
    centre = as_in_file(scenario, loose.values)
    sigmas = propagated(UNKNOWNS, loose, lambda values: as_in_file(scenario, values))
    for name, value in as_in_file(scenario, solution.values).items():
        low, high = (centre[name] + sign * _INTERVAL_90 * sigmas[name] for sign in (-1.0, 1.0))
        table.add_row(name, f"{value:.8g}", f"{low:.4g} to {high:.4g}")
    console.print(table)


def _print_trim(console: Console, solutions: Mapping[str, Estimate]) -> None:
    table = Table("trim burn by", "thrust", "mean altitude", title="What the engines of the trim burn make of it")
    for name, found in solutions.items():
        table.add_row(
            name,
            *(
                f"{found.values[key]:.4g} +/- {found.sigmas[key].to(found.values[key].unit):.2g}"
                for key in ("thrust", "mean altitude")
            ),
        )
    console.print(table)


def _print_observations(console: Console, solution: Estimate, known: list[Observation]) -> None:
    table = Table("observation", "observed", "sigma", "fitted", "residual / sigma", title="Observations")
    for o in known:
        name = f"{o.name} (background)" if o.background else o.name
        fitted, residual = solution.predicted[o.name], solution.residuals[o.name]
        table.add_row(name, f"{o.value:.6g}", f"{o.sigma:.2g}", f"{fitted:.6g}", f"{residual:+.2f}")
    console.print(table)


def _print_weakest(console: Console, solution: Estimate) -> None:
    change = ", ".join(f"{name} {value:+.2g}" for name, value in solution.weakest.change.items())
    console.print(
        "Undetermined: what was published leaves one change of all unknowns together open "
        f"(one sigma is {solution.weakest.reach:.0f} times it), and only the background holds it: {change}\n"
    )


def _print_predictions(console: Console, predictions: list[Prediction]) -> None:
    table = Table("left out", "observed", "predicted from the others", "error", "sigma", title="Each left out in turn")
    for p in predictions:
        table.add_row(p.name, f"{p.observed:.6g}", f"{p.predicted:.6g}", f"{p.error:+.3g}", f"{p.sigma:.2g}")
    console.print(table)


if __name__ == "__main__":
    main()
