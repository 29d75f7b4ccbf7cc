"""Fly a scenario."""

from __future__ import annotations

from collections.abc import Sequence

from astropy import units as u

from lunarsim.craft import Spacecraft
from lunarsim.flight.driver.accuracy import Accuracy
from lunarsim.flight.driver.integrator_choice import fly
from lunarsim.flight.events.detectors import Detector
from lunarsim.flight.flight import Flight
from lunarsim.flight.model_limits import warn_of_limits
from lunarsim.mission.scenario import Scenario
from lunarsim.moon import Moon
from lunarsim.orbits import State
from lunarsim.plan import Coast


def simulate(
    scenario: Scenario,
    *,
    detect: Sequence[Detector] = (),
    accuracy: Accuracy | None = None,
    integrator: str | None = None,
) -> Flight:
    """Fly a scenario, its faults included, and return the flight.

    Parameters
    ----------
    scenario : Scenario
        What to fly.
    detect : sequence of Detector
        What to look for besides the apsides, see :mod:`lunarsim.flight.events.detectors`.
    accuracy : Accuracy, optional
        Tolerances of the integration.
    integrator : str, optional
        ``"DOP853"``, scipy's, or ``"collocation"``, the compiled one of campaigns. Default: collocation for plans of
        coasts alone that last a day or longer, DOP853 for all others.

    Raises
    ------
    InputError
        If the flight starts below the ground, comes low where the terrain is not known, or there is no such integrator.
    IntegrationError
        If the integrator cannot go on, such as with a tolerance that it cannot hold; the text says where.
    EpochError
        If the flight leaves the span of the orientation kernel, 1900 to 2050.

    Warns
    -----
    ModelWarning
        If a field of degree 2 to 49 was flown below 100 km, or a gridded field was left.

    Examples
    --------
    >>> import lunarsim as ls
    >>> luna25 = ls.load_scenario("luna25")
    >>> print(ls.simulate(luna25).outcome)
    impact at 2023-08-19 11:57:29 UTC, 57.865 S 61.360 E, 1699 m/s at -1.30 deg
    >>> print(ls.simulate(luna25.without_faults()).burns[0].cutoff)
    Cutoff.SENSED_DELTA_V
    """
    return _fly(scenario, detect, accuracy, integrator)


def propagate(
    state: State,
    duration: u.Quantity,
    moon: Moon | None = None,
    *,
    craft: Spacecraft | None = None,
    detect: Sequence[Detector] = (),
    accuracy: Accuracy | None = None,
    integrator: str | None = None,
) -> Flight:
    """Let a state coast for a duration, or until it meets the ground.

    Parameters
    ----------
    state : State
        Where to start, at one time.
    duration : Quantity
        How long to coast.
    moon : Moon, optional
        Default: degree 50, Earth and Sun, the 1737.4 km sphere.
    craft : Spacecraft, optional
        What coasts; radiation needs one.
    detect : sequence of Detector
        What to look for besides the apsides, see :mod:`lunarsim.flight.events.detectors`.
    accuracy : Accuracy, optional
        Tolerances of the integration.
    integrator : str, optional
        ``"DOP853"``, scipy's, or ``"collocation"``, the compiled one of campaigns. Default: collocation for plans of
        coasts alone that last a day or longer, DOP853 for all others.

    Returns
    -------
    Flight
        With one phase.

    Raises
    ------
    InputError
        If the duration is not greater than zero, the state lies below the ground, or the flight comes low
        where the terrain is not known.
    EpochError
        If the flight leaves the span of the orientation kernel, 1900 to 2050.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> state = ls.load_scenario("luna25").state
    >>> flight = ls.propagate(state, 2 * u.hour)
    >>> print(f"{flight.altitude.min().to(u.km):.0f} to {flight.altitude.max().to(u.km):.0f}")
    84 km to 108 km
    """
    plan = (Coast(duration=duration),)
    scenario = Scenario(name="coast", state=state, craft=craft, moon=moon or Moon(), plan=plan)
    return _fly(scenario, detect, accuracy, integrator)


def _fly(scenario: Scenario, detect: Sequence[Detector], accuracy: Accuracy | None, integrator: str | None) -> Flight:
    flight = Flight(**vars(fly(scenario, detect, accuracy, integrator)))
    warn_of_limits(flight)
    return flight
