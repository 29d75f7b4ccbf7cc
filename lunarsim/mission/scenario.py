"""The scenario: everything that describes a flight before it is flown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim import checks
from lunarsim.craft import Engine, Execution, Spacecraft, TimeTaggedCommand, check_lander, sent
from lunarsim.display import as_table
from lunarsim.equality import by_value
from lunarsim.errors import InputError
from lunarsim.faults import CraftChange, Fault, check_contradictions, commands_with_faults, plan_with_faults
from lunarsim.kernels.forces.standstill import STRONGEST_MPS2
from lunarsim.kernels.sequence.burns import overrun_of
from lunarsim.kernels.sequence.onsets import MOST_ONSETS
from lunarsim.kinds import wrong_kind
from lunarsim.mission.clock import seconds_after
from lunarsim.mission.craft_history import check_commands, craft_by, craft_changes, executions_of
from lunarsim.mission.onset_events import place_of_event
from lunarsim.mission.provenance import Provenance, Source
from lunarsim.mission.published import ProfilePoint
from lunarsim.mission.site import Site, elevation_of
from lunarsim.mission.target_check import check_targets
from lunarsim.moon import Moon, Terrain
from lunarsim.orbits import State
from lunarsim.plan import AttitudeHold, Burn, EngineOff, Guided, Phase
from lunarsim.records import filled, record_of

_ROUNDING_S = 1e-3  # a planned time, in UTC or TDB, against the sum of durations


def _is_pointed_after(phase: Guided, before: bool) -> bool:
    """Return whether the thrust axis has a direction after a phase."""
    if isinstance(phase.law, EngineOff) and phase.law.attitude != "upright":
        return before and phase.law.attitude == "held"
    return True


def _engine_of(phase: Burn | Guided, craft: Spacecraft) -> Engine:
    """Return the engine that a phase uses, or say that the craft has none of its name."""
    try:
        return craft.engine_called(phase.engine)
    except InputError as error:
        raise InputError(f"phase '{phase.name}' of the plan: {error}") from error


def _overrun_s(burn: Burn, craft: Spacecraft, *, runs_on: bool) -> float:
    """Return by how much a burn outlasts its timer at most: by a thrust that falls or, if asked for, does not."""
    engine = _engine_of(burn, craft)
    record = np.array([filled(engine)], record_of(Engine))[0]
    return float(overrun_of(record, float(craft.propellant_mass.to_value(u.kg)), burn.throttle, runs_on))


def _check_throttle(phase: Guided, engine: Engine) -> None:
    """Refuse limits of a phase that its engine cannot keep."""
    least, most = phase.throttle
    if most < engine.min_throttle:
        raise InputError(
            f"phase '{phase.name}' has throttle = {phase.throttle}, all of it below the engine's min_throttle = "
            f"{engine.min_throttle:g}: expected limits within its range"
        )
    if engine.throttle_keep_out is not None:
        bottom, top = engine.throttle_keep_out
        if bottom < least < top or bottom < most < top:
            raise InputError(
                f"phase '{phase.name}' has throttle = {phase.throttle}, with a limit within the engine's "
                f"throttle_keep_out = {engine.throttle_keep_out}: expected limits outside of it"
            )


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class Scenario:
    """What is to be flown, by which craft, in which Moon, and what is wrong with the craft.

    Parameters
    ----------
    name : str
        Short name.
    title : str
        One line for people.
    remark : str
        What they must know to read the result.
    state : State
        Where the flight starts, at one time.
    craft : Spacecraft, optional
        As designed; a plan of coasts needs none.
    moon : Moon
        Default: degree 50, Earth and Sun, the 1737.4 km sphere.
    plan : tuple of Coast, Burn or Guided
        The phases in order.
    landing_site : Site, optional
        Where guided phases aim. It lies on the terrain of ``moon``; its elevation is not used.
    faults : tuple of Fault
        Defects of the craft; default none.
    commands : tuple of TimeTaggedCommand
        What the craft's computer is to carry out; default none.
    sites : mapping of str to Site
        Places that reports and figures name.
    published : mapping of str to Quantity or Time
        What was published of the flight, to compare with; the simulation does not use it.
    published_profile : tuple of ProfilePoint
        What was published of the descent, row by row, which figures draw beside the flight.
    provenance : mapping of str to Provenance
        Birth certificates of numbers, by their key in the scenario file.
    sources : mapping of str to Source
        What the certificates cite.

    Raises
    ------
    InputError
        If there are no phases, the state holds many times, a burn has no craft or cannot start on time, a fault has
        no craft, the engine cannot run at a throttle that is given, a guided phase has no landing site, no propellant,
        less thrust than weight or, in a plan that begins under guidance, a target below the ground.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> state = ls.load_scenario("luna25").state
    >>> coast = ls.Coast(duration=1 * u.hour)
    >>> scenario = ls.Scenario(name="coast", state=state, plan=(coast,))
    >>> print(ls.simulate(scenario).outcome)
    in orbit at 2023-08-19 12:10:00 UTC, 83.4 x 106.7 km
    """

    name: str
    title: str = ""
    remark: str = ""
    state: State
    craft: Spacecraft | None = None
    moon: Moon = field(default_factory=Moon)
    plan: tuple[Phase, ...]
    landing_site: Site | None = None
    faults: tuple[Fault, ...] = ()
    commands: tuple[TimeTaggedCommand, ...] = ()
    sites: Mapping[str, Site] = field(default_factory=dict)
    published: Mapping[str, u.Quantity | Time] = field(default_factory=dict)
    published_profile: tuple[ProfilePoint, ...] = ()
    provenance: Mapping[str, Provenance] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)

    def __post_init__(self) -> None:
        checks.instant("the epoch of the state", self.state.epoch)
        if not self.plan:
            raise InputError("plan has no phases: expected at least one Coast or Burn")
        for i, fault in enumerate(self.faults):
            if not isinstance(fault, Fault):
                raise InputError(wrong_kind(f"faults[{i}]", fault, Fault))
        if self.craft is None and (self.faults or any(isinstance(phase, Burn | Guided) for phase in self.plan)):
            raise InputError("craft is missing: a plan with a burn or a guided phase, or a fault, needs a Spacecraft")
        if self.guided:
            self._check_landing()
        check_commands(self.craft, self.commands)
        self._check_faults()
        self._check_engine()
        self._check_ignitions(self.plan)
        if self.faults:
            self._check_loaded_ignitions()

    def _repr_html_(self) -> str:
        craft, engine = self.craft, None if self.craft is None else self.craft.engine
        rows: list[tuple[str, object]] = [
            ("start", repr(self.state)),
            ("craft", "none" if craft is None else f"{craft.dry_mass:g} dry, {craft.propellant_mass:g} of propellant"),
            *([] if engine is None else [("engine", f"{engine.thrust:g}, {engine.specific_impulse:g}")]),
            ("Moon", f"{self.moon.gravity.name}; ground: {self.moon.terrain.name}"),
            ("plan", "\n".join(f"{k}: {phase.name}" for k, phase in enumerate(self.plan))),
            ("faults", "\n".join(fault.title for fault in self.faults) or "none"),
            *((f"site '{name}'", site.title or name) for name, site in self.sites.items()),
        ]
        return as_table(self.title or self.name, rows)

    def without_faults(self) -> Scenario:
        """Return the same scenario with a sound craft."""
        return replace(self, faults=())

    def with_faults(self, *faults: Fault) -> Scenario:
        """Return the same scenario with other faults in place of its own."""
        return replace(self, faults=faults)

    def with_terrain(self, terrain: Terrain) -> Scenario:
        """Return the same scenario over another ground."""
        return replace(self, moon=replace(self.moon, terrain=terrain))

    @property
    def guided(self) -> tuple[Guided, ...]:
        """The guided phases of the plan."""
        return tuple(phase for phase in self.plan if isinstance(phase, Guided))

    def inferred_target(self, burn: int) -> Provenance | None:
        """Return the certificate of the target delta-v of a burn, by its number among the burns, if it has an interval.

        None also where the burn has another target than its certificate says.

        Raises
        ------
        InputError
            If the plan has no such burn.
        """
        burns = [(i, phase) for i, phase in enumerate(self.plan) if isinstance(phase, Burn)]
        if not 0 <= burn < len(burns):
            raise InputError(f"burn = {burn}: expected 0 to {len(burns) - 1}; the plan has {len(burns)} burns")
        place, phase = burns[burn]
        certificate = self.provenance.get(f"plan.{place}.target_delta_v")
        if certificate is None or certificate.interval is None:
            return None
        return certificate if u.Quantity(certificate.value) == phase.target_delta_v else None

    def delta_v_decimals(self, most: int) -> int:
        """Return how many decimals of a delta-v in m/s are known: ``most``, or what the burns' targets leave."""
        burns = sum(isinstance(phase, Burn) for phase in self.plan)
        certificates = [self.inferred_target(burn) for burn in range(burns)]
        known = [each.decimals(u.m / u.s) for each in certificates if each is not None]
        return min([most, *(each for each in known if each is not None)])

    @property
    def site_elevation(self) -> u.Quantity:
        """Height of the terrain at the landing site above the 1737.4 km sphere.

        Raises
        ------
        InputError
            If there is no landing site, or the terrain is not known there.
        """
        if self.landing_site is None:
            raise InputError("landing_site is missing: give the scenario a Site to aim at")
        return elevation_of(self.landing_site, self.moon.terrain)

    @property
    def executions(self) -> tuple[Execution, ...]:
        """What becomes of the commands, as they are due; copies each by itself."""
        return executions_of(self.craft, self.commands, self.faults)

    @property
    def flown_craft(self) -> Spacecraft | None:
        """The craft at the start of the flight: as commands before it have set it, with the faults that are there."""
        return self.craft_at(0.0 * u.s)

    def craft_at(self, elapsed: u.Quantity, beside: Sequence[Fault] = ()) -> Spacecraft | None:
        """Return the craft as commands have set it by a time after the start, with the faults that have begun.

        Of faults that wait for an event nobody knows before the flight: those that are there are given ``beside``.
        """
        elapsed = checks.quantity("elapsed", elapsed, u.s)
        return None if self.craft is None else craft_by(self.craft, self.executions, self.faults, elapsed, beside)

    @property
    def waiting_faults(self) -> tuple[Fault, ...]:
        """The faults whose onset is an event or a height."""
        return tuple(fault for fault in self.faults if fault.waits_for is not None)

    @property
    def possible_crafts(self) -> tuple[Spacecraft, ...]:
        """All that the craft may be in flight: at each change, and with each choice of the faults that wait."""
        waiting, times = self.waiting_faults, (0.0 * u.s, *(change.at for change in self.craft_changes))
        crafts = [
            self.craft_at(time, beside)
            for count in range(len(waiting) + 1)
            for beside in combinations(waiting, count)
            for time in times
        ]
        return tuple(craft for craft in crafts if craft is not None)

    @property
    def craft_changes(self) -> tuple[CraftChange, ...]:
        """What commands in flight, and faults that begin or pass there, make of the craft, in the order of time.

        Without those that wait for an event.
        """
        return () if self.craft is None else tuple(craft_changes(self.craft, self.executions, self.faults))

    @property
    def flown_plan(self) -> tuple[Phase, ...]:
        """The plan with the faults of what was loaded."""
        return plan_with_faults(self.plan, self.faults)

    @property
    def longest_duration(self) -> u.Quantity:
        """The longest time that the plan can take, as its faults have it.

        That is burns to the end of their timers and of their thrust, those that do not obey a cut-off to their last
        propellant.
        """
        plan = self.flown_plan
        crafts = self.possible_crafts if any(isinstance(phase, Burn) for phase in plan) else ()
        return self._latest_ends_s(plan, crafts)[-1] * u.s

    def _latest_ends_s(self, plan: tuple[Phase, ...], runaways: Sequence[Spacecraft] = ()) -> list[float]:
        """Return when the phases end at the latest: as planned, or with the crafts that there may be in flight.

        Before burns that are planned one that does not obey a cut-off makes no difference, since they may come late.
        """
        ends_s: list[float] = []
        for phase in plan:
            if isinstance(phase, Burn):
                over_s = self._ignition_s(phase) + float(phase.timer.to_value(u.s))
                late_s = max((_overrun_s(phase, craft, runs_on=True) for craft in runaways), default=0.0)
                falls_s = 0.0 if self.craft is None or runaways else _overrun_s(phase, self.craft, runs_on=False)
                begun_s = 0.0 if not runaways or not ends_s else max(ends_s[-1] - self._ignition_s(phase), 0.0)
                ends_s.append(over_s + falls_s + late_s + begun_s)
            else:
                longest = phase.max_duration if isinstance(phase, Guided) else phase.duration
                ends_s.append((ends_s[-1] if ends_s else 0.0) + float(longest.to_value(u.s)))
        return ends_s

    def _ignition_s(self, burn: Burn) -> float:
        return float(seconds_after(self.state.epoch, burn.ignition))

    def _check_landing(self) -> None:
        """Refuse a landing that no guidance could fly."""
        craft = self.craft
        assert craft is not None  # looked at before
        if not isinstance(self.landing_site, Site):
            raise InputError(
                f"landing_site = {self.landing_site!r}: a plan with guided phases needs a Site to aim at"
                if self.landing_site is not None
                else "landing_site is missing: a plan with guided phases needs a Site to aim at"
            )
        check_lander(craft, [phase.engine for phase in self.guided])
        self._check_guided_phases(craft)
        check_targets(self.plan, self.landing_site, self.moon.terrain, self.state)

    def _check_guided_phases(self, craft: Spacecraft) -> None:
        """Refuse phases that their engine cannot fly, or that cannot be told apart."""
        names = [phase.name for phase in self.guided]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InputError(f"plan has two guided phases '{twice}': give each a name of its own")
        pointed = False
        for phase in self.plan:
            if isinstance(phase, Guided):
                _check_throttle(phase, _engine_of(phase, craft))
                if isinstance(phase.law, AttitudeHold) and not pointed:
                    raise InputError(
                        f"phase '{phase.name}' holds an attitude, and nothing before it points the craft: begin with "
                        "a burn or another law"
                    )
                pointed = _is_pointed_after(phase, pointed)
            elif isinstance(phase, Burn):
                pointed = True

    def _check_faults(self) -> None:
        """Refuse faults that cannot be told apart, or that never begin."""
        titles = [fault.title for fault in self.faults]
        twice = next((title for title in titles if titles.count(title) > 1), None)
        if twice is not None:
            raise InputError(f"faults has '{twice}' twice: expected each once; make a fault of its own for each")
        longest = self._latest_ends_s(self.flown_plan)[-1] * u.s
        for fault in self.faults:
            place_of_event(fault, self.plan)
            if fault.begins is not None and fault.begins >= longest > 0.0 * u.s:
                drawn = f", drawn as {fault.begins:.3f}" if isinstance(fault.onset, str) else ""
                raise InputError(
                    f"fault '{fault.title}' has onset = {fault.onset}{drawn}, and the plan is over after "
                    f"{longest:.0f} at the latest: expected an onset before"
                )
        waiting = self.waiting_faults
        if len(waiting) > MOST_ONSETS:
            raise InputError(
                f"{len(waiting)} faults wait for an event or a height: expected up to {MOST_ONSETS}; give the others "
                "a time"
            )
        if self.craft is not None:
            commands_with_faults(sent(self.commands), self.faults, 0.0)  # refuses what the sequence cannot have
            check_contradictions(self.faults, self.craft, self.plan, self.commands)

    def _check_engine(self) -> None:
        """Refuse what the engine, as it is flown, cannot run at, and more thrust than the drivers resolve."""
        powered = [phase for phase in self.flown_plan if isinstance(phase, Burn | Guided)]
        if self.craft is None or not powered:
            return
        for craft in self.possible_crafts:
            self._check_engine_of(craft, powered)
        for phase in self.guided:  # of what a fault makes of the engine, its own limits make what it can
            throttle = getattr(phase.law, "throttle", None)
            if throttle is not None:
                _engine_of(phase, self.craft).check_throttle(throttle, f"the law of phase '{phase.name}'")

    def _check_engine_of(self, craft: Spacecraft, powered: list[Burn | Guided]) -> None:
        strongest = STRONGEST_MPS2 * (u.m / u.s**2)
        for phase in powered:
            engine = _engine_of(phase, craft)
            if (engine.total_thrust * (1.0 + engine.thrust_error) / craft.dry_mass).to(u.m / u.s**2) > strongest:
                where = f"craft.other_engines.{phase.engine}" if phase.engine else "craft.engine"
                raise InputError(
                    f"{where}.thrust = {engine.total_thrust:g} accelerates the dry_mass = {craft.dry_mass:g} by more "
                    f"than {strongest:g}, which the drivers do not resolve: expected less thrust or more mass"
                )
            if isinstance(phase, Burn):
                engine.check_throttle(phase.throttle, f"burn '{phase.name}'")

    def _check_loaded_ignitions(self) -> None:
        """Refuse faults of what was loaded that leave a burn no time; the text names them."""
        try:
            self._check_ignitions(self.flown_plan)
        except InputError as error:
            loading = [fault.title for fault in self.faults if plan_with_faults(self.plan, [fault]) != self.plan]
            named = " and ".join(f"'{title}'" for title in loading)
            raise InputError(f"fault{'s' if len(loading) > 1 else ''} {named}: {error}") from error

    def _check_ignitions(self, plan: tuple[Phase, ...]) -> None:
        earliest_s = 0.0
        for phase, end_s in zip(plan, self._latest_ends_s(plan), strict=True):
            if isinstance(phase, Burn) and self._ignition_s(phase) < earliest_s - _ROUNDING_S:
                raise InputError(
                    f"burn '{phase.name}' has ignition = {phase.ignition.isot}, up to "
                    f"{earliest_s - self._ignition_s(phase):.3f} s before what precedes it ends: "
                    "expected an ignition after it"
                )
            earliest_s = end_s
