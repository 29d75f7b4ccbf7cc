"""
One dead accelerometer
======================

Luna-25 was to fire for 84 s. Its accelerometer had never been switched on, the computer integrated zeros, and a timer
ended the burn after 127 s. The same craft, orbit and burn, flown twice: the fault alone parts the two.
"""

import matplotlib.pyplot as plt
from astropy import units as u

import lunarsim as ls

scenario = ls.load_scenario("luna25")
planned = ls.simulate(scenario.without_faults())
flown = ls.simulate(scenario)
for name, flight in (("planned", planned), ("flown", flown)):
    burn = flight.burns[0]
    print(
        f"{name}: {burn.duration:.1f}, {burn.delta_v:.2f} true, {burn.delta_v_sensed:.2f} sensed, {burn.cutoff.value}"
    )
    print(f"  {flight.outcome}")
ls.plots.altitude_profile(planned, flown, labels=["planned", "flown"])
plt.show()

assert abs(planned.burns[0].duration - 84 * u.s) < 0.01 * u.s
assert isinstance(planned.outcome, ls.InOrbit)
assert flown.burns[0].cutoff is ls.Cutoff.TIMER
assert flown.burns[0].delta_v_sensed == 0 * u.m / u.s
assert flown.outcome.distance_to(scenario.sites["crater"]) < 5 * u.km
