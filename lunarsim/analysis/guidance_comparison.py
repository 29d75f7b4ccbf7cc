"""One landing under several guidance laws: what each costs, and where it comes down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, overload

from astropy import units as u
from scipy.optimize import minimize_scalar

from lunarsim.analysis.ideal import impulsive_bound
from lunarsim.errors import InputError, nearest
from lunarsim.flight.flight import Flight
from lunarsim.flight.result.outcome import Escape, GroundContact, InOrbit, Outcome
from lunarsim.flight.result.touchdown import Landed, Verdict
from lunarsim.flight.simulation import simulate
from lunarsim.kernels.forces import motion
from lunarsim.mission.scenario import Scenario
from lunarsim.plan import GuidanceLaw, Guided
from lunarsim.planning.rehearsal import Stage

_FULLEST = 0.98  # of the throttle, when a time to go is fitted
_PENALTY = 10.0  # of the propellant, for a throttle of 2: far more than any time to go saves
_SHORTEST, _LONGEST = 0.6, 1.6  # of the time to go given
_FITTED_S = 0.1
_ROOM = 1.2  # of the longest time of a phase over the fitted time to go
_CRASH = 10.0 * u.m / u.s  # assumed, for a craft without a gear: about three times what gears of landers stand
_CRASHED = Verdict.CRASHED.value


class GuidanceRow(NamedTuple):
    """What one guidance law did. What it has no value for is None.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> row = ls.GuidanceRow(
    ...     label="as flown", propellant=946 * u.kg, time=690 * u.s, peak_throttle=1.0, miss=3 * u.m, margin=80 * u.kg
    ... )
    >>> print(row.label, row.propellant)
    as flown 946.0 kg
    """

    label: str  #: the law, in words
    propellant: u.Quantity | None  #: used by the whole flight; None where it did not land: there it is no price of it
    time: u.Quantity | None  #: from the first ignition to the end
    peak_throttle: float | None  #: greatest commanded share of full thrust in the phase that was changed
    miss: u.Quantity | None  #: great-circle distance of the end from the site, where it ended on the ground
    margin: u.Quantity | None  #: propellant that is left; None where it did not land
    flight: Flight | None = None
    delta_v: u.Quantity | None = None  #: of the whole flight
    outcome: str = ""  #: how it ended, in words; why there is no flight
    ending: str = ""  #: the same in a word or two, such as "landed safely", "crashed", "still aloft" or "refused"


@dataclass(frozen=True, kw_only=True, eq=False)
class GuidanceComparison(Sequence[GuidanceRow]):
    """The rows of a comparison, in the order of the laws; a sequence of them.

    Attributes
    ----------
    rows : tuple of GuidanceRow
        One for each law.
    phase : str
        Which phase was flown under each of them.
    bound : Quantity, optional
        The propellant that no law can do with less of: that of impulses.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> row = ls.GuidanceRow(
    ...     label="as flown", propellant=946 * u.kg, time=690 * u.s, peak_throttle=1.0, miss=3 * u.m, margin=80 * u.kg
    ... )
    >>> compared = ls.GuidanceComparison(rows=(row,), phase="rough braking")
    >>> len(compared), compared[0].label
    (1, 'as flown')
    """

    rows: tuple[GuidanceRow, ...]
    phase: str
    bound: u.Quantity | None = None

    @overload
    def __getitem__(self, index: int) -> GuidanceRow: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[GuidanceRow, ...]: ...

    def __getitem__(self, index: int | slice) -> GuidanceRow | tuple[GuidanceRow, ...]:
        """Return a row, or some."""
        return self.rows[index]

    def __len__(self) -> int:
        """Return how many laws there are."""
        return len(self.rows)

    def __iter__(self) -> Iterator[GuidanceRow]:
        """Return the rows in order."""
        return iter(self.rows)

    def __str__(self) -> str:
        lines = [f"{'law':<28}{'propellant':>12}{'delta-v':>14}{'time':>11}{'peak':>9}{'miss':>14}{'left':>12}"]
        return "\n".join(lines + [_line(row) for row in self.rows])


def compare_guidance(
    scenario: Scenario,
    laws: Mapping[str, GuidanceLaw] | Sequence[GuidanceLaw],
    *,
    phase: str | None = None,
    fit_time: bool = False,
) -> GuidanceComparison:
    """Fly a scenario with one of its guided phases under each of several laws.

    Parameters
    ----------
    scenario : Scenario
        A landing.
    laws : mapping of str to GuidanceLaw, or sequence of GuidanceLaw
        By their labels; those of a sequence get their titles, numbered where two are alike.
    phase : str, optional
        Name of the guided phase whose law is replaced; default: the one that uses most delta-v in the flight as it
        stands. Its terminations and limits stay: a law without a time to go needs one on something else.
    fit_time : bool
        Whether laws with a ``time_to_go`` get the one that needs least propellant in a rehearsal from the start of
        the phase, with a throttle within that of engine and phase, 98 % of it at most. It lies between 0.6 and 1.6
        times the one they have or, where that is None (ZEM/ZEV), the time that the phase takes in the flight as it
        stands. Default: the laws are flown as they are; ZEM/ZEV without a time to go finds its own at each look.

    Raises
    ------
    InputError
        If there are no laws, no guided phase, or none of that name.

    Examples
    --------
    >>> import lunarsim as ls
    >>> scenario = ls.load_scenario("chandrayaan3")
    >>> braking = scenario.guided[0].law
    >>> rows = ls.compare_guidance(scenario, {"as flown": braking}, phase="rough braking")
    >>> print(f"{rows[0].propellant:.0f}; at least {rows.bound:.0f}")
    946 kg; at least 744 kg
    """
    labelled = _labelled(laws)
    flight = simulate(scenario)
    name = _main_phase(flight, phase)
    rows = []
    for label, law in labelled:
        flown = _fitted(law, flight, name) if fit_time and hasattr(law, "time_to_go") else law
        rows.append(_row(label, scenario, name, flown))
    return GuidanceComparison(rows=tuple(rows), phase=name, bound=_bound(scenario))


def _bound(scenario: Scenario) -> u.Quantity:
    """Return the propellant that no way of landing there from the start can do with less of."""
    craft, site = scenario.flown_craft, scenario.landing_site
    assert craft is not None and site is not None  # noqa: PT018  (a scenario with a guided phase has both)
    return impulsive_bound(scenario.state, craft, replace(site, elevation=scenario.site_elevation)).propellant


def _labelled(laws: Mapping[str, GuidanceLaw] | Sequence[GuidanceLaw]) -> list[tuple[str, GuidanceLaw]]:
    if not laws:
        raise InputError("laws is empty: expected at least one guidance law, such as {'E-guidance': EGuidance(...)}")
    if isinstance(laws, Mapping):
        return list(laws.items())
    labels: list[str] = []
    for law in laws:
        alike = sum(label.split(" (")[0] == law.title for label in labels)
        labels.append(f"{law.title} ({alike + 1})" if alike else law.title)
    return list(zip(labels, laws, strict=True))


def _main_phase(flight: Flight, phase: str | None) -> str:
    """Return the name of the guided phase to change: the one named, or the one with most delta-v."""
    flown = {record.name: float(record.delta_v.to_value(u.m / u.s)) for record in flight.phases}
    if not flown:
        raise InputError("scenario flies no guided phase: expected a plan with a Guided(...) that is reached")
    if phase is None:
        return max(flown, key=lambda name: flown[name])
    if phase not in flown:
        raise InputError(f"phase = {phase!r} is no guided phase of this flight: {nearest(str(phase), flown)}")
    return phase


def _with_law(scenario: Scenario, name: str, law: GuidanceLaw) -> Scenario:
    phases = list(scenario.plan)
    k = next(i for i, each in enumerate(phases) if isinstance(each, Guided) and each.name == name)
    old: Any = phases[k]
    to_go = getattr(law, "time_to_go", None)
    longest = old.max_duration if to_go is None else max(old.max_duration, _ROOM * to_go)
    phases[k] = replace(old, law=law, max_duration=longest)
    return replace(scenario, plan=tuple(phases))


def _fitted(law: Any, flight: Flight, name: str) -> GuidanceLaw:
    """Return a law with the time to go of least propellant that engine and phase can give, from the phase's start."""
    scenario, record = flight.scenario, next(each for each in flight.phases if each.name == name)
    craft, site = scenario.craft, scenario.landing_site
    assert craft is not None  # a guided phase has both
    assert site is not None
    stage = Stage(site, scenario.moon.terrain, craft)
    mass_kg = float(flight.moment(record.start).true.mass.to_value(u.kg))  # type: ignore[union-attr]
    least, most = next(each for each in scenario.guided if each.name == name).throttle
    least = max(least, craft.engine.min_throttle)
    given_s = float((record.duration if law.time_to_go is None else law.time_to_go).to_value(u.s))

    def cost(to_go_s: float) -> float:
        own = replace(law, time_to_go=to_go_s * u.s)
        flown = stage.rehearse(own, record.before, mass_kg, to_go_s)
        beyond = max(flown.peak_throttle - _FULLEST * most, 0.0) + max(least - flown.min_throttle, 0.0)
        return flown.propellant_kg * (1.0 + _PENALTY * beyond)

    bounds = (_SHORTEST * given_s, _LONGEST * given_s)
    best = minimize_scalar(cost, bounds=bounds, method="bounded", options={"xatol": _FITTED_S})
    fitted: GuidanceLaw = replace(law, time_to_go=float(best.x) * u.s)
    return fitted


def _row(label: str, scenario: Scenario, name: str, law: GuidanceLaw) -> GuidanceRow:
    """Fly one law; one that the phase or the flight refuses gets a row with the reason."""
    try:
        flight = simulate(_with_law(scenario, name, law))
    except InputError as error:
        return GuidanceRow(label, None, None, None, None, None, outcome=str(error), ending="refused")
    craft, site = scenario.flown_craft, scenario.landing_site
    assert craft is not None  # a guided phase has both
    assert site is not None
    end = flight.trajectory.end_y
    powered = [piece for piece in flight.trajectory.phases if piece.thrust_n > 0.0]
    full_n = float(craft.engine.total_thrust.to_value(u.N)) * (1.0 + craft.engine.thrust_error)
    ending = _ending(flight.outcome)
    landed = isinstance(flight.outcome, GroundContact) and ending != _CRASHED
    return GuidanceRow(
        label=label,
        propellant=craft.mass - end[motion.MASS] * u.kg if landed else None,
        time=(flight.trajectory.end_s - powered[0].segment.start_s) * u.s if powered else None,
        peak_throttle=max((piece.thrust_n / full_n for piece in powered if piece.name == name), default=None),
        miss=flight.outcome.distance_to(site).to(u.m) if isinstance(flight.outcome, GroundContact) else None,
        margin=end[motion.MASS] * u.kg - craft.dry_mass.to(u.kg) if landed else None,
        flight=flight,
        delta_v=end[motion.DV_TRUE] * (u.m / u.s),
        outcome=str(flight.outcome),
        ending=ending,
    )


def _ending(outcome: Outcome) -> str:
    """Return what became of a flight in a word or two; without a gear a touchdown is judged by its speed alone."""
    if isinstance(outcome, Landed):
        return outcome.verdict.value
    if isinstance(outcome, GroundContact):
        return _CRASHED if outcome.ground_relative_speed > _CRASH else "on the ground"
    return {InOrbit: "in orbit", Escape: "escaped"}.get(type(outcome), "still aloft")


def _line(row: GuidanceRow) -> str:
    def words(value: u.Quantity | None, unit: u.UnitBase) -> str:
        return "none" if value is None else f"{value.to_value(unit):.1f} {unit}".replace(" / ", "/")

    peak = "none" if row.peak_throttle is None else f"{100.0 * row.peak_throttle:.1f} %"
    return (
        f"{row.label:<28}{words(row.propellant, u.kg):>12}{words(row.delta_v, u.m / u.s):>14}{words(row.time, u.s):>11}"
        f"{peak:>9}{words(row.miss, u.m):>14}{words(row.margin, u.kg):>12}  {row.outcome}"
    )
