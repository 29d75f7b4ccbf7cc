"""
The burn that did not end
=========================

Luna-25's last burn as a moving picture: the computer waits for a delta-v of 17 m/s that its sensor never reports, until
the timer ends the burn; 45 minutes later the orbit meets the ground. The moving picture is written where a path is
given: ``python examples/burns/burn_that_did_not_end.py burn.gif``.

.. image:: /images/burn_that_did_not_end.gif
   :alt: The burn and the descent, as they go on
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from matplotlib.animation import FuncAnimation, PillowWriter

import lunarsim as ls

scenario = ls.load_scenario("luna25")
flights = {"planned": ls.simulate(scenario.without_faults()), "flown": ls.simulate(scenario)}
start = flights["flown"].burns[0].ignition
last = (flights["flown"].end - start).to_value(u.s) - 1e-3  # where there is a state of it still
seconds = np.concatenate([np.arange(0, 127, 4), [127], np.geomspace(130, last, 40)])
figure, (burn, path) = plt.subplots(2, figsize=(7, 5), layout="constrained")
burn.set(xlim=(0, 135), ylim=(-1.5, 29), xlabel="Time after ignition (s)", ylabel="Delta-v (m/s)")
burn.axhline(16.9, color="0.4", linestyle=":", linewidth=1)
burn.text(1, 17.3, "what the computer waits for", color="0.3", size=9)
path.set(xlim=(0, 48.5), ylim=(-8, 112), xlabel="Time after ignition (min)", ylabel="Altitude (km)")
path.axhspan(-8, scenario.moon.terrain.highest.to_value(u.km), color="0.7")
curves = []
for (name, flight), color, dash in zip(flights.items(), ("#0072B2", "#D55E00"), ("--", "-"), strict=True):
    t, v = (flight.times - start).to_value(u.s), (flight.delta_v, flight.delta_v_sensed)
    true, sensed = (np.interp(seconds, t, each.to_value(u.m / u.s)) for each in v)
    altitude = flight.at(start + seconds * u.s).altitude.to_value(u.km)
    curves.append((*burn.plot([], [], dash, color=color, linewidth=2, label=f"{name}, true"), seconds, true))
    curves.append((*burn.plot([], [], ":", color=color, linewidth=2, label=f"{name}, sensed"), seconds, sensed))
    curves.append((*path.plot([], [], dash, color=color, linewidth=2, label=name), seconds / 60, altitude))
burn.legend(loc="upper left", ncols=2, fontsize=8, frameon=False)
path.legend(loc="upper right", fontsize=8, frameon=False)


def draw(frame: int) -> None:
    k = min(frame, len(seconds) - 1)  # the last one stays for a while
    for line, x, y in curves:
        line.set_data(x[: k + 1], y[: k + 1])
    state = "engine on" if seconds[k] < 127 else "impact" if k == len(seconds) - 1 else "the timer has ended the burn"
    burn.set_title(f"Luna-25, {(start + seconds[k] * u.s).utc.strftime('%H:%M:%S')} UTC: {state}", loc="left")


draw(len(seconds) - 1)
if len(sys.argv) > 1:
    figure.canvas.draw()
    figure.set_layout_engine("none")  # found once: nothing moves but the lines
    FuncAnimation(figure, draw, frames=len(seconds) + 14).save(sys.argv[1], PillowWriter(fps=10), dpi=90)
plt.show()

assert flights["flown"].burns[0].delta_v > 1.4 * flights["planned"].burns[0].delta_v
