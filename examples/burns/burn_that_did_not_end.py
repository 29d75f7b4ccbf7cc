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
last = (flights["flown"].end - start).to_value(u.s)
seconds = np.concatenate([np.arange(0, 127, 4), [127], np.geomspace(130, last, 40)])
figure, (burn, path) = plt.subplots(2, figsize=(7, 5), layout="constrained")
burn.set(xlim=(0, 135), ylim=(-1.5, 29), xlabel="Time after ignition (s)", ylabel="Delta-v (m/s)")
burn.axhline(16.9, color="0.4", linestyle=":", linewidth=1)
burn.text(1, 17.3, "what the computer waits for", color="0.3", size=9)
path.set(xlim=(0, 48.5), ylim=(-8, 112), xlabel="Time after ignition (min)", ylabel="Altitude (km)")
path.axhspan(-8, scenario.moon.terrain.highest.to_value(u.km), color="0.7")
curves = []
for (name, flight), color, dash in zip(flights.items(), ("#0072B2", "#D55E00"), ("--", "-"), strict=True):
    t = np.minimum(seconds, last - 1e-3)
    true, sensed = (
        np.interp(t, (flight.times - start).to_value(u.s), values.to_value(u.m / u.s))
        for values in (flight.delta_v, flight.delta_v_sensed)
    )
    altitude = flight.at(start + t * u.s).altitude.to_value(u.km)
    for ax, x, y, style, words in (
        (burn, t, true, dash, f"{name}, true"),
        (burn, t, sensed, ":", f"{name}, sensed"),
        (path, t / 60, altitude, dash, name),
    ):
        curves.append((*ax.plot([], [], style, color=color, linewidth=2, label=words), x, y))
burn.legend(loc="upper left", ncols=2, fontsize=8, frameon=False)
path.legend(loc="upper right", fontsize=8, frameon=False)


def draw(frame: int) -> None:
    shown = min(frame, len(seconds) - 1)
    for line, x, y in curves:
        line.set_data(x[: shown + 1], y[: shown + 1])
    ended = "the timer has ended the burn" if shown < len(seconds) - 1 else "impact"
    state = "engine on" if seconds[shown] < 127 else ended
    burn.set_title(f"Luna-25, {(start + seconds[shown] * u.s).utc.strftime('%H:%M:%S')} UTC: {state}", loc="left")


draw(len(seconds) - 1)
if len(sys.argv) > 1:
    figure.canvas.draw()
    figure.set_layout_engine("none")  # found once: nothing moves but the lines
    frames = len(seconds) + 14  # the last one stays for a while
    FuncAnimation(figure, draw, frames=frames).save(sys.argv[1], PillowWriter(fps=10), dpi=90)
plt.show()

assert flights["flown"].burns[0].delta_v > 1.4 * flights["planned"].burns[0].delta_v
