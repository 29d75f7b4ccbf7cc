"""From one link to the next: what is handed on, what is given anew, and whether the two meet."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from astropy import units as u

from lunarsim.chain.estimate import keeps_estimate, with_estimate
from lunarsim.chain.link import CRAFT, STATE, Link
from lunarsim.craft import Spacecraft
from lunarsim.errors import InputError
from lunarsim.flight import Flight
from lunarsim.mission import Scenario
from lunarsim.mission.clock import seconds_after
from lunarsim.moon.orientation import rot_me_from_icrf
from lunarsim.orbits import State

NAVIGATION = "navigation"  # told where the last flight kept an estimate
_ROUNDING_KG = 1e-6


@dataclass(frozen=True, kw_only=True)
class Handover:
    """What a link took on from the one before.

    Attributes
    ----------
    handed_on, anew : tuple of str
        Of state, craft (with its propellant) and navigation: those of the link before, and those of its own scenario.
    leaves : str
        What stayed behind.
    left_kg : float
        Its mass (kg).
    after : str
        The link that it followed on, where that is not the one before.
    gaps : dict of str to float
        By how far the scenario's own start is off where the last link ended: time (s), place (m), velocity (m/s), mass
        (kg). Empty where it has none of its own.
    """

    handed_on: tuple[str, ...] = ()
    anew: tuple[str, ...] = ()
    leaves: str = ""
    left_kg: float = 0.0
    after: str = ""
    gaps: dict[str, float]

    def __str__(self) -> str:
        words = [f"after {self.after}"] if self.after else []
        words += [f"{' and '.join(self.handed_on)} handed on"] if self.handed_on else []
        words += [f"{' and '.join(self.anew)} given anew"] if self.anew else []
        words += [f"{self.leaves} left behind, {self.left_kg:.0f} kg"] if self.leaves else []
        if self.gaps:
            words.append(
                f"its own start is {self.gaps['time']:.0f} s, {self.gaps['place'] / 1e3:.1f} km, "
                f"{self.gaps['velocity']:.1f} m/s and {self.gaps['mass']:.1f} kg off"
            )
        return "; ".join(words)


def begun(link: Link, last: Flight | None) -> tuple[Scenario, Handover]:
    """Return the scenario of a link as it begins after a flight, and what it took on.

    Raises
    ------
    InputError
        If the link does not begin where and when the flight ended, or with another mass.
    """
    if last is None:
        return link.scenario, Handover(anew=(STATE, *([CRAFT] if link.scenario.craft else [])), gaps={})
    gaps = _gaps(link, last) if link.own_start else {}
    for name, gap in gaps.items():
        allowed = getattr(link.meets, name)
        if gap > allowed.si.value:
            raise InputError(_do_not_meet(link, last, name, gap * allowed.si.unit))
    craft = _craft(link, last)
    state = link.scenario.state if STATE in link.anew else last.outcome.state
    left_kg = _mass_kg(last) - float(craft.mass.to_value(u.kg)) if craft is not None and link.leaves else 0.0
    anew = set(link.anew)
    if last.navigation is not None and craft is not None:  # one of another craft, or of another place, begins anew
        if keeps_estimate(craft) and not anew:
            craft = with_estimate(craft, last.navigation)
        else:
            anew.add(NAVIGATION)
    known = (STATE, *([CRAFT] if craft is not None else []), *([NAVIGATION] if last.navigation is not None else []))
    handover = Handover(
        handed_on=tuple(each for each in known if each not in anew),
        anew=tuple(each for each in known if each in anew),
        leaves=link.leaves,
        left_kg=left_kg,
        after=link.after,
        gaps=gaps,
    )
    try:
        return replace(link.scenario, state=state, craft=craft), handover
    except InputError as error:
        raise InputError(
            f"link '{link.name}' does not follow on '{last.scenario.name}', which ended at {last.end.utc.isot} UTC: "
            f"{error}"
        ) from error


def _gaps(link: Link, last: Flight) -> dict[str, float]:
    """Return by how far a link's own start is off the end of a flight, in SI."""
    own, end = link.scenario.state, last.outcome.state
    there, here = (_fixed(state) for state in (own, end))
    craft = link.scenario.craft
    mass = abs(float(craft.mass.to_value(u.kg)) - _mass_kg(last)) if craft is not None and not link.leaves else 0.0
    return {
        "time": abs(float(seconds_after(end.epoch, own.epoch))),
        "place": float(np.linalg.norm(there[0] - here[0])),
        "velocity": float(np.linalg.norm(there[1] - here[1])),
        "mass": mass,
    }


def _fixed(state: State) -> np.ndarray:
    """Return position (m) and inertial velocity (m/s) in axes that turn with the Moon (ME)."""
    rot = rot_me_from_icrf(state.epoch)
    return np.array([rot @ state.position.to_value(u.m), rot @ state.velocity.to_value(u.m / u.s)])


def _mass_kg(flight: Flight) -> float:
    return float(flight.mass[-1].to_value(u.kg)) if flight.scenario.craft is not None else np.nan


def _craft(link: Link, last: Flight) -> Spacecraft | None:
    """Return the craft of a link: as it is given, or with the propellant that is left."""
    craft = link.scenario.craft
    if craft is None:
        return None
    arrived, own = _mass_kg(last), float(craft.mass.to_value(u.kg))
    if np.isnan(arrived):
        if CRAFT in link.anew:
            return craft
        raise InputError(
            f"link '{link.name}' takes on its craft from '{last.scenario.name}', which has none: give it anew"
        )
    if CRAFT in link.anew:
        allowed = float(link.meets.mass.to_value(u.kg))
        if own > arrived + allowed or (own < arrived - allowed and not link.leaves):
            raise InputError(_other_mass(link, last, arrived, own))
        return craft
    left = arrived - float(craft.dry_mass.to_value(u.kg))
    if left < -_ROUNDING_KG:
        raise InputError(
            f"link '{link.name}' begins with dry_mass = {craft.dry_mass:g}, and '{last.scenario.name}' ended with "
            f"{arrived:.1f} kg: expected less; give the craft that goes on anew"
        )
    return replace(craft, propellant_mass=max(left, 0.0) * u.kg)


def _do_not_meet(link: Link, last: Flight, name: str, gap: u.Quantity) -> str:
    what = {"time": "epochs", "place": "places", "velocity": "velocities", "mass": "masses"}[name]
    return (
        f"link '{link.name}' does not meet '{last.scenario.name}': the {what} of its start and of that flight's end "
        f"({last.end.utc.isot} UTC) are {gap:.6g} apart, and meets.{name} = {getattr(link.meets, name):g}; "
        "change one of the two, or allow for it"
    )


def _other_mass(link: Link, last: Flight, arrived: float, own: float) -> str:
    if own > arrived:
        return (
            f"link '{link.name}' does not meet '{last.scenario.name}': its craft has {own:.1f} kg, and "
            f"{arrived:.1f} kg arrived: expected no more than that"
        )
    return (
        f"link '{link.name}' does not meet '{last.scenario.name}': its craft has {own:.1f} kg, and "
        f"{arrived:.1f} kg arrived; say with leaves = '...' what stays behind, or give the craft the mass"
    )
