"""Did Luna-25 fall silent behind the Moon's limb, or on the ground? Loss of signal, planned and flown.

Contact was lost at about 11:57 UTC on 19 August 2023. The flights are watched from the 64 m antenna at Bear Lakes near
Moscow. On the planned orbit it would have lost sight of the craft 13 minutes later; on the flown one it never did.
The scenario's orbit was fitted to the time of the loss. That the limb had no part in it was not put in.

Run it from anywhere: ``python examples/loss_of_signal.py``.
"""

import numpy as np
from astropy import units as u
from astropy.coordinates import EarthLocation

import lunarsim as ls

BEAR_LAKES = EarthLocation.from_geodetic(lon=37.95 * u.deg, lat=55.87 * u.deg)  # within a kilometre, 3 ms of the set
MINUTE = 60 * u.s  # to which the loss of contact was published
WATCH = (
    ls.detectors.StationInView(name="Bear Lakes", location=BEAR_LAKES, minimum_elevation=5 * u.deg),
    ls.detectors.EarthInView(),
    ls.detectors.Eclipse(),
)


def main() -> None:
    scenario = ls.load_scenario("luna25")
    contact_lost = scenario.published["loss_of_contact"]
    planned = ls.simulate(scenario.without_faults(), detect=WATCH)
    flown = ls.simulate(scenario, detect=WATCH)

    for name, flight in (("planned", planned), ("flown", flown)):
        print(f"{name}: {flight.outcome}")
        for event in flight.timeline:
            print(f"  {event.time.utc.strftime('%H:%M:%S')}  {event.name}")

    sets = of_kind(planned, ls.EventKind.SET)
    first_set = next(event for event in sets if event.detail == "Bear Lakes")
    early = (first_set.time - contact_lost).to(u.min)
    height = earth_over_horizon(flown.outcome)
    print(f"contact was lost {early:.0f} before the planned craft would have gone behind the limb;")
    print(f"the flown one struck with the Earth {height:.0f} over the horizon, in view of Bear Lakes to the end")

    # The headline: silence came with the impact and not with the limb.
    assert early > 10 * u.min
    assert isinstance(flown.outcome, ls.Impact)
    assert not of_kind(flown, ls.EventKind.SET)
    assert abs(flown.outcome.time - contact_lost) < MINUTE
    assert height > 5 * u.deg
    # Neither flight meets the shadow: the orbit lies near the terminator.
    assert not of_kind(planned, ls.EventKind.PENUMBRA_ENTRY)
    assert not of_kind(flown, ls.EventKind.PENUMBRA_ENTRY)


def of_kind(flight: ls.Flight, kind: ls.EventKind) -> list[ls.Event]:
    return [event for event in flight.timeline if event.kind is kind]


def earth_over_horizon(impact: ls.Outcome) -> u.Quantity:
    """Return the elevation of the Earth's centre where the craft struck, from the direction of the radius there."""
    up = impact.state.position
    to_earth = ls.Ephemeris.builtin().position("earth", impact.time) - up
    sine = (up @ to_earth) / (np.linalg.norm(up) * np.linalg.norm(to_earth))
    return np.arcsin(sine).to(u.deg)


if __name__ == "__main__":
    main()
