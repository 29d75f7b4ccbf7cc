"""Why Luna-25 was lost: one dead accelerometer, flown beside the plan.

Run it from anywhere: ``python examples/luna25_failure.py``. It leaves ``luna25_failure.png``.
"""

from astropy import units as u

import lunarsim as ls


def main() -> None:
    scenario = ls.load_scenario("luna25")
    planned = ls.simulate(scenario.without_faults())
    flown = ls.simulate(scenario)

    for name, flight in (("planned", planned), ("flown", flown)):
        burn = flight.burns[0]
        print(f"{name}: {burn.duration:.1f} of burn, ended by {burn.cutoff.value}")
        print(f"  delta-v true {burn.delta_v:.2f}, sensed {burn.delta_v_sensed:.2f}")
        print(f"  orbit {burn.after.perilune.to(u.km):.1f} x {burn.after.apolune.to(u.km):.1f}")
        print(f"  {flight.outcome}")

    crater = scenario.sites["crater"]
    miss = flown.outcome.distance_to(crater)
    print(f"distance from the crater that LRO found: {miss.to(u.m):.0f}")

    axes = ls.plots.altitude_profile(planned, flown, labels=["planned", "flown"])
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.savefig("luna25_failure.png", dpi=150, bbox_inches="tight")

    # The headline: the same craft, orbit and burn; the fault alone makes the difference.
    assert abs(planned.burns[0].duration - 84 * u.s) < 0.01 * u.s
    assert isinstance(planned.outcome, ls.InOrbit)
    assert flown.burns[0].cutoff is ls.Cutoff.TIMER
    assert flown.burns[0].delta_v_sensed == 0 * u.m / u.s
    assert isinstance(flown.outcome, ls.Impact)
    assert miss < 5 * u.km


if __name__ == "__main__":
    main()
