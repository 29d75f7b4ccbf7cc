"""
A track over the ground
=======================

A revolution about the Moon takes two hours, in which the Moon turns by one degree below the orbit. Half a day of an
orbit that is inclined by 60 degrees passes over two narrow strips, and nothing else.
"""

import matplotlib.pyplot as plt
from astropy import units as u
from astropy.time import Time

import lunarsim as ls

state = ls.State.from_elements(
    perilune=100 * u.km,
    apolune=100 * u.km,
    inclination=60 * u.deg,
    node_longitude=20 * u.deg,
    epoch=Time("2026-03-01T00:00:00"),
)
flight = ls.propagate(state, 12 * u.hour, detect=[ls.detectors.Nodes()])
ls.plots.ground_track(flight, labels=["half a day at 100 km"])
plt.show()

ascending = [event for event in flight.timeline if event.kind is ls.EventKind.ASCENDING_NODE]
print(f"{len(ascending)} ascending nodes")
assert len(ascending) in {6, 7}
