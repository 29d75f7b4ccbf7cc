"""From an orbit to a site: when to leave the orbit, where to ignite, and what to aim at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from astropy import units as u
from astropy.time import Time

from lunarsim import checks
from lunarsim.craft import Accelerometer, Navigation, Spacecraft
from lunarsim.declarations import AROUND_M, DESCENT_S, FAR_M, Number
from lunarsim.errors import InputError
from lunarsim.flight.flight import Flight
from lunarsim.flight.result.outcome import GroundContact
from lunarsim.flight.simulation import propagate, simulate
from lunarsim.mission.clock import seconds_after, time_after
from lunarsim.mission.scenario import Scenario
from lunarsim.mission.site import Site
from lunarsim.mission.target_check import axes_along, refuse_low_targets
from lunarsim.moon import Moon
from lunarsim.orbits import State
from lunarsim.plan import Burn, Coast, EngineOff, Guided, Termination
from lunarsim.planning.assumed_phases import landing_phases
from lunarsim.planning.descent_checks import check_craft, check_landing
from lunarsim.planning.descent_plan import DescentPlan, Expected
from lunarsim.planning.ground_passes import SitePass, passes
from lunarsim.planning.ignition import Descent, descend, first_guess, half_revolution_s, solve_ignition
from lunarsim.planning.pass_choice import choose_pass
from lunarsim.planning.rehearsal import Stage

_LEAD_S = 300.0  # the scenario starts before its first burn
_WATCH_S = 30.0  # before ignition the computer watches the range to go
_WATCH_CYCLE_S = 0.25  # 400 m of flight
_WITHIN = Number(unit=u.s, above=0.0, high=DESCENT_S)  # the search flies all of it
_CROSSRANGE = Number(unit=u.m, above=0.0, high=AROUND_M)
_PERILUNE = Number(unit=u.m, above=0.0, high=FAR_M)
_SHARE = Number(unit=u.one, above=0.0, high=1.0)
_NEAR = 1.0 * u.km  # to the site: within it, ground that ends a flight is that of the landing


def plan_descent(
    orbit: State | Any,
    site: Site,
    craft: Spacecraft,
    *,
    moon: Moon | None = None,
    within: u.Quantity = 3.0 * u.day,
    near: Time | None = None,
    crossrange: u.Quantity = 30.0 * u.km,
    perilune: u.Quantity | None = 15.0 * u.km,
    mean_throttle: float = 0.9,
    landing: tuple[Guided, ...] | None = None,
) -> DescentPlan:
    """Return a descent from an orbit to a site: descent orbit, ignition and targets.

    The orbit is flown and its passes over the site are found. On one of them the burn against the velocity is solved
    for that leads to the altitude ``perilune`` at the ignition, half a revolution later; then, together, ignition and
    time to go with which the braking law has the mean throttle asked for, neither growing nor falling over the phase.
    The plan is flown once, without errors. From a nearly circular orbit the ignition is the perilune; from an
    eccentric one whose perilune lies elsewhere, the descent orbit's lies off the ignition too, and lower.

    Parameters
    ----------
    orbit : State or poliastro or boinor Orbit
        A low lunar orbit, at the time from which to plan.
    site : Site
        Where to land, on the terrain of ``moon``.
    craft : Spacecraft
        In this orbit.
    moon : Moon, optional
        Default: degree 50, Earth and Sun, the 1737.4 km sphere.
    within : Quantity
        How long to search for passes.
    near : Time, optional
        Take the pass within reach nearest to this time; default: the one closest to the site.
    crossrange : Quantity
        Largest great-circle distance of the track from the site at a pass, to be corrected by guidance.
    perilune : Quantity, optional
        Altitude above 1737.4 km at which powered descent begins; None: the orbit is kept as it is.
    mean_throttle : float
        Of the braking, above 0 up to 1. It is lowered where the greatest throttle would exceed 97 %.
    landing : tuple of Guided, optional
        The phases from ignition to touchdown. The first brakes, by a law to a target with a ``time_to_go``, which is
        solved for. Default: :func:`landing_phases`.

    Raises
    ------
    InputError
        If no pass comes within reach, with the closest and the next; if the orbit or the descent strikes the ground
        before; if thrust or propellant do not suffice; if burn and ignition, solved for in turn, do not settle; if a
        target lies below the ground; or if an argument is of the wrong kind.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> scenario = ls.load_scenario("luna25").without_faults()
    >>> orbit = ls.simulate(scenario).burns[0].after
    >>> lander = ls.Spacecraft(
    ...     dry_mass=605 * u.kg,
    ...     propellant_mass=734 * u.kg,
    ...     engine=ls.Engine(thrust=4.12 * u.kN, specific_impulse=315 * u.s, min_throttle=0.1),
    ...     gear=ls.LandingGear(
    ...         vertical_speed=3 * u.m / u.s, horizontal_speed=1 * u.m / u.s, tilt=10 * u.deg, slope=7 * u.deg
    ...     ),
    ... )
    >>> plan = ls.plan_descent(orbit, scenario.sites["planned"], lander, perilune=None)
    >>> print(plan.chosen.time.utc.strftime("%d %B %Y"))
    21 August 2023
    >>> print(ls.simulate(plan.scenario).outcome.verdict)
    Verdict.LANDED
    """
    state = orbit if isinstance(orbit, State) else State.from_orbit(orbit)
    checks.instant("the epoch of the orbit", state.epoch)
    if not isinstance(site, Site):
        raise InputError(f"site = {site!r}: expected a Site(latitude=..., longitude=...)")
    _WITHIN.checked("within", within)
    _CROSSRANGE.checked("crossrange", crossrange)
    _SHARE.checked("mean_throttle", mean_throttle)
    low_m = None if perilune is None else float(_PERILUNE.checked("perilune", perilune).value)
    if near is not None:
        checks.instant("near", near)
    moon = moon or Moon()
    check_craft(craft)
    phases = landing_phases(craft) if landing is None else tuple(landing)
    check_landing(phases)
    planned = _without_errors(craft)
    coast = propagate(state, within, moon, craft=planned)
    found = passes(coast, site)
    law = phases[0].law
    _, lasts_s = first_guess(law, planned, state.epoch, mean_throttle)
    ahead_s = lasts_s + (0.0 if low_m is None else half_revolution_s(low_m, float(state.apolune.to_value(u.m))))
    earliest = time_after(state.epoch, ahead_s + _WATCH_S)
    chosen = choose_pass(found, coast, site, crossrange=crossrange, earliest=earliest, near=near)
    refuse_low_targets(phases, axes_along(site, moon.terrain, chosen.azimuth), moon.terrain)
    stage = Stage(site, moon.terrain, planned)
    guess = first_guess(law, planned, chosen.time, mean_throttle)
    if low_m is None:
        ignition = solve_ignition(coast, law, stage, guess, mean_throttle, float(planned.mass.to_value(u.kg)))
        way = Descent(coast, None, ignition)
    else:
        way = descend(coast, moon, stage, law, guess, low_m, mean_throttle)
    scenario = _scenario(coast, way, phases, site, craft, moon)
    return _plan(scenario, way, site, planned, found, chosen)


def _without_errors(craft: Spacecraft) -> Spacecraft:
    engine = replace(craft.engine, thrust_error=0.0)
    return replace(craft, engine=engine, navigation=Navigation(), accelerometer=Accelerometer())


def _scenario(
    orbit: Flight, way: Descent, phases: tuple[Guided, ...], site: Site, craft: Spacecraft, moon: Moon
) -> Scenario:
    """Return the scenario: from some minutes before the first burn to the end of the last phase."""
    watch = time_after(way.ignition.time, -_WATCH_S)
    first = watch if way.burn is None else way.burn.ignition
    start = time_after(first, -min(_LEAD_S, float(seconds_after(orbit.start, first))))
    before: tuple[Burn | Coast | Guided, ...]
    if way.burn is None:
        before = (Coast(duration=seconds_after(start, watch) * u.s, name="coast to ignition"),)
    else:
        (record,) = way.coast.burns
        cutoff = record.ignition + record.duration
        before = (way.burn, Coast(duration=seconds_after(cutoff, watch) * u.s, name="descent orbit"))
    to_go = way.ignition.time_to_go_s * u.s
    ignite = Guided(
        name="watch for ignition",
        law=EngineOff(attitude="free"),
        terminations=(Termination(quantity="range to go", below=way.ignition.rehearsal.range_to_go_m * u.m),),
        max_duration=4.0 * _WATCH_S * u.s,
        cycle_time=_WATCH_CYCLE_S * u.s,
    )
    law: Any = phases[0].law
    braking = replace(
        phases[0], law=replace(law, time_to_go=to_go), max_duration=max(phases[0].max_duration, 1.2 * to_go)
    )
    return Scenario(
        name="descent",
        title=f"Descent to {site.title or 'a site'}",
        state=orbit.at(start),
        craft=craft,
        moon=moon,
        plan=(*before, ignite, braking, *phases[1:]),
        landing_site=site,
        sites={"site": site},
    )


def _plan(
    scenario: Scenario,
    way: Descent,
    site: Site,
    planned: Spacecraft,
    found: tuple[SitePass, ...],
    chosen: SitePass,
) -> DescentPlan:
    """Return the plan, after it was flown once without errors."""
    flight = simulate(replace(scenario, craft=planned))
    _check_flown(flight, site)
    braking = next(phase for phase in flight.phases if phase.name == scenario.guided[1].name)
    path = way.ignition.rehearsal
    expected = Expected(
        delta_v=flight.delta_v[-1],
        propellant=flight.mass[0] - flight.mass[-1],
        margin=flight.mass[-1] - planned.dry_mass,
        touchdown=flight.end,
        duration=(flight.end - braking.start).to(u.s),
        mean_throttle=path.mean_throttle,
        peak_throttle=path.peak_throttle,
        miss=flight.outcome.distance_to(site).to(u.m),
    )
    return DescentPlan(
        site=site,
        passes=found,
        chosen=chosen,
        doi=way.burn,
        ignition=way.ignition.time,
        ignition_state=way.coast.at(way.ignition.time),
        range_to_go=(path.range_to_go_m * u.m).to(u.km),
        time_to_go=way.ignition.time_to_go_s * u.s,
        targets={phase.name: phase.law for phase in scenario.guided[1:]},
        scenario=scenario,
        expected=expected,
        flight=flight,
    )


def _check_flown(flight: Flight, site: Site) -> None:
    craft = flight.scenario.craft
    assert craft is not None  # checked before
    if flight.mass[-1] <= craft.dry_mass * (1.0 + 1e-9):
        raise InputError(
            f"craft.propellant_mass = {craft.propellant_mass:g} is used up at {flight.delta_v[-1]:.0f}, before the "
            "descent ends: expected more"
        )
    if not isinstance(flight.outcome, GroundContact):
        raise InputError(
            f"landing= ends with '{flight.phases[-1].name}' at {flight.phases[-1].height_after.to(u.km):.2f} above the "
            "site, in flight: expected phases that lead down to the ground"
        )
    miss = flight.outcome.distance_to(site)
    if miss > _NEAR and len(flight.phases) < len(flight.scenario.guided):
        raise InputError(
            f"site at {site.latitude}, {site.longitude}: the descent meets the ground {miss:.1f} before it, in "
            f"'{flight.phases[-1].name}': expected lower ground on the way; give landing= with a higher target, or "
            "another perilune="
        )
