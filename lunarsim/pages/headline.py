"""What happened in a flight, in a sentence or two: what the command line prints and a page begins with."""

from __future__ import annotations

from itertools import zip_longest

from astropy import units as u

from lunarsim import checks
from lunarsim.flight import BurnRecord, Cutoff, EventKind, Flight, GroundContact, Impact
from lunarsim.flight.idle_faults import idle_faults
from lunarsim.mission import Site
from lunarsim.moon.crater import GRAZING
from lunarsim.orbits import State

_MPS = u.m / u.s
_MOST_ALARMS = 5  # that are told in words; a monitor may call at each window


def verdict(flight: Flight, planned: Flight | None) -> str:
    """Return in a sentence or two what happened, how it differs from the plan, and what a reader must know."""
    return f"{what_happened(flight, planned)} {flight.scenario.remark}".strip()


def what_happened(flight: Flight, planned: Flight | None) -> str:
    """Return in a sentence or two what happened, and how it differs from the plan."""
    crater = f"; crater: {_crater(flight)}" if _crater(flight) else ""
    sentences = [
        *_on_the_way(flight, planned),
        f"Flown: {_outcome(flight)}{crater}.",
        *_without_effect(flight, planned),
    ]
    return " ".join(sentences)


def in_a_sentence(flight: Flight) -> str:
    """Return in one sentence how a flight ended, and how far from its sites."""
    outcome = _outcome(flight)
    return f"{outcome[0].upper()}{outcome[1:]}."


def details(flight: Flight, planned: Flight | None) -> str:
    """Return what led there, how it differs from the plan, and what it should have left: all but how it ended."""
    crater = [f"Crater: {_crater(flight)}."] if _crater(flight) else []
    return " ".join([*_on_the_way(flight, planned), *crater, *_without_effect(flight, planned)])


def _on_the_way(flight: Flight, planned: Flight | None) -> list[str]:
    """Return a sentence for each burn, and for each alarm of a monitor."""
    plans = planned.burns if planned else ()
    decimals = flight.scenario.delta_v_decimals(1)
    pairs = zip_longest(flight.burns, plans[: len(flight.burns)])
    sentences = [_burn_sentence(*pair, decimals) for pair in pairs]
    alarms = [event for event in flight.timeline if event.kind is EventKind.MONITOR][:_MOST_ALARMS]
    told = [f"At {each.time.utc.strftime('%H:%M:%S')} UTC a monitor called ({each.detail})." for each in alarms]
    return [*sentences, *told]


def _without_effect(flight: Flight, planned: Flight | None) -> list[str]:
    return [f"The fault '{fault.title}' had no effect: {why}." for fault, why in idle_faults(flight, planned)]


def _outcome(flight: Flight) -> str:
    outcome = str(flight.outcome)
    if isinstance(flight.outcome, GroundContact):
        for name, site in flight.scenario.sites.items():
            outcome += f", {distance_text(flight.outcome.distance_to(site))} from {site_words(name, site)}"
    return outcome


def site_words(name: str, site: Site) -> str:
    """Return a site by its title, or by its name where it has none."""
    return f"the {site.title}" if site.title else f"the site '{name}'"


def _burn_sentence(record: BurnRecord, planned: BurnRecord | None, decimals: int) -> str:
    true, sensed, target = (
        f"{delta_v.to_value(_MPS):.{decimals}f}"
        for delta_v in (record.delta_v, record.delta_v_sensed, record.target_delta_v)
    )
    words = (
        f"The {record.name} was cut off {_by_what(record.cutoff)} after {record.duration.to_value(u.s):.1f} s, "
        f"at a true delta-v of {true} m/s; the computer had sensed {sensed} of {target} m/s. "
        f"It left an orbit of {_orbit(record.after)}."
    )
    if planned is not None:
        words += (
            f" The plan was {planned.duration.to_value(u.s):.1f} s, {planned.delta_v.to_value(_MPS):.{decimals}f} m/s "
            f"and {_orbit(planned.after)}."
        )
    return words


def _by_what(cutoff: Cutoff) -> str:
    return "as the speed reached zero" if cutoff is Cutoff.ZERO_SPEED else f"by the {cutoff.value}"


def distance_text(distance: u.Quantity) -> str:
    """Return a distance in metres below a kilometre, else in kilometres."""
    km = distance.to_value(u.km)
    if km < 1.0:
        return f"{1e3 * km:.0f} m"
    return f"{km:.{2 if km < 10.0 else 0}f} km"


def _crater(flight: Flight) -> str:
    """Return how wide the crater of an impact should be, and how wide it is if that is known."""
    impact = flight.outcome
    if flight.scenario.craft is None or not isinstance(impact, Impact):
        return ""
    words = f"{impact.crater_diameter(flight.mass[-1])} estimated (Holsapple 1993{_at_what_angle(impact)})"
    observed = flight.scenario.published.get("crater_diameter")
    if observed is None:
        return words
    observed = checks.quantity("published.crater_diameter", observed, u.m)
    return f"{words}, {observed.value:.0f} m observed"


def _at_what_angle(impact: Impact) -> str:
    """Return what the estimate hangs on where a flat flight met ground whose slope is not known; else nothing."""
    if impact.slope > 0.0 * u.deg or impact.incidence >= GRAZING:
        return ""
    return f"; at {impact.incidence.to_value(u.deg):.1f} deg to level ground, more on a slope"


def _orbit(state: State) -> str:
    return f"{state.perilune.to_value(u.km):.1f} x {state.apolune.to_value(u.km):.1f} km"
