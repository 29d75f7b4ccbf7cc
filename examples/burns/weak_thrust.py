"""
An engine weaker than the computer knows
========================================

An accelerometer makes up for a weak engine: the burn lasts longer, and the orbit after it is nearly the same. A timer,
if it is the only one to end the burn, makes up for nothing. Each error is flown with the sensor on and off.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u

import lunarsim as ls

scenario = ls.with_values(ls.load_scenario("luna25"), {"plan.0.timer": 127 * u.s})
errors = np.linspace(-0.3, 0.3, 13)
figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
perilune = {}
for name, base in (("sensor on", scenario.without_faults()), ("sensor off: timer of 127 s", scenario)):
    flights = [ls.simulate(base.with_faults(*base.faults, ls.faults.ThrustError(error=error))) for error in errors]
    perilune[name] = u.Quantity([flight.burns[0].after.perilune for flight in flights]).to_value(u.km)
    ax.plot(100 * errors, perilune[name], "o-", label=name)
ax.axhline(0, color="0.5", linewidth=0.8)
ax.set(xlabel="Error of the thrust (%)", ylabel="Perilune after the burn (km)", title="Luna-25's burn")
ax.legend(frameon=False)
plt.show()

assert np.ptp(perilune["sensor on"]) < 1 < np.ptp(perilune["sensor off: timer of 127 s"])
