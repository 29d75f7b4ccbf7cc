"""One link of a mission: a scenario, and how it follows on the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from astropy import units as u

from lunarsim import declarations
from lunarsim.declarations import number
from lunarsim.equality import by_value
from lunarsim.errors import InputError, listed
from lunarsim.mission import Scenario
from lunarsim.plan import Burn
from lunarsim.planning import Goal
from lunarsim.planning.targeting.search import CHANGE

STATE, CRAFT = "state", "craft"
_ANEW = (STATE, CRAFT)
_APSIDES = ("perilune", "apolune")


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """How far the own start of a link may lie from where the link before ended.

    Parameters
    ----------
    time : Quantity
        Between the two epochs; default 1 s.
    place : Quantity
        Between the two positions, in axes that turn with the Moon; default 1 km.
    velocity : Quantity
        Between the two inertial velocities, in those axes; default 1 m/s.
    mass : Quantity
        Between the two masses; default 1 kg.
    """

    time: u.Quantity = number(1.0, u.s, low=0.0, high=1e9, text="Between the two epochs.")
    place: u.Quantity = number(1e3, u.m, low=0.0, high=1e10, text="Between the positions, in axes of the Moon.")
    velocity: u.Quantity = number(1.0, u.m / u.s, low=0.0, high=1e5, text="Between the inertial velocities.")
    mass: u.Quantity = number(1.0, u.kg, low=0.0, high=1e7, text="Between the masses.")

    def __post_init__(self) -> None:
        declarations.check(self)


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class Link:
    """A scenario of a mission, and how it follows on the one before.

    Parameters
    ----------
    scenario : Scenario
        What is flown. After the first link its state, and the propellant of its craft, are those with which the last
        link ended.
    own_start : bool
        Whether its own state was given, and not only put there: the last link is then to end there, see ``meets``.
    anew : tuple of str
        What is flown as the scenario gives it: ``"state"``, ``"craft"``. Default: nothing.
    leaves : str
        What stays behind, such as ``"propulsion module"``, where a craft that is given anew has less mass.
    meets : Meeting
        How closely.
    vary : mapping of str to (Quantity, Quantity)
        Numbers that are free, and their bounds, as :func:`lunarsim.target` takes them.
    reach : tuple of Goal
        What they are to reach.
    fitted : tuple of Goal
        What numbers of this link, or of those before it, were chosen for: met, but not by a search of this link.
    compare : tuple of Goal
        What is only looked at: values that were published, with their rounding as the tolerance.
    least : str
        Of more free numbers than goals, see :func:`lunarsim.target`.
    after : str
        The name of an earlier link, where it is not the one before that this link follows on: a mission may fork.
    centre : str
        ``"perilune"`` or ``"apolune"``: the first burn is moved in time, so that its middle lies at the apsis nearest
        to where its ignition puts it. Default: it ignites when it says.

    Raises
    ------
    InputError
        If there is no such word, something is left behind by a craft that is not given anew, a plan without a burn is
        to be centred, or numbers are free without a goal.

    Examples
    --------
    >>> import lunarsim as ls
    >>> coast = ls.Link(scenario=ls.load_scenario("luna25").without_faults())
    >>> coast.name
    'luna25'
    """

    scenario: Scenario
    own_start: bool = False
    anew: tuple[str, ...] = ()
    leaves: str = ""
    meets: Meeting = field(default_factory=Meeting)
    vary: Mapping[str, tuple[u.Quantity, u.Quantity]] = field(default_factory=dict)
    reach: tuple[Goal, ...] = ()
    fitted: tuple[Goal, ...] = ()
    compare: tuple[Goal, ...] = ()
    least: str = CHANGE
    after: str = ""
    centre: str = ""

    def __post_init__(self) -> None:
        for word in self.anew:
            if word not in _ANEW:
                raise InputError(f"anew = {self.anew}: a link cannot give '{word}' anew; {listed(_ANEW)}")
        if self.leaves and CRAFT not in self.anew:
            raise InputError(
                f"leaves = {self.leaves!r}: the craft of link '{self.name}' is the one before, and nothing leaves it; "
                "give the craft that goes on anew"
            )
        if self.centre and self.centre not in _APSIDES:
            raise InputError(f"centre = {self.centre!r}: a burn is centred on an apsis; {listed(_APSIDES)}")
        if self.centre and not any(isinstance(phase, Burn) for phase in self.scenario.plan):
            raise InputError(f"centre = {self.centre!r}: the plan of link '{self.name}' has no burn")
        if self.centre and any(path.endswith(".ignition") for path in self.vary):
            raise InputError(f"centre = {self.centre!r} moves the ignition that vary moves: expected one of the two")
        if bool(self.vary) != bool(self.reach):
            raise InputError(
                f"link '{self.name}' has {len(self.vary)} numbers in vary and {len(self.reach)} goals in reach: "
                "expected both, or neither; a goal that is only looked at belongs to compare"
            )

    @property
    def name(self) -> str:
        """That of the scenario."""
        return self.scenario.name
