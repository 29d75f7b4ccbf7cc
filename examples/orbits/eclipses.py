"""
How long the Sun is gone
========================

A low polar orbit turns with the stars while the Moon takes its year about the Sun: the shadow that it crosses at each
revolution grows, shrinks, and stays away for weeks. Battery and heaters are sized by the longest one.
"""

from itertools import pairwise

import matplotlib.pyplot as plt
from astropy import units as u
from astropy.time import Time

import lunarsim as ls

days, minutes = [], []
for week in range(18):
    state = ls.State.from_elements(
        perilune=100 * u.km,
        apolune=100 * u.km,
        inclination=90 * u.deg,
        node_longitude=(40 - 92.2 * week) % 360 * u.deg,  # the Moon turns by 92.2 deg a week: one plane among the stars
        epoch=Time("2026-01-01T00:00:00") + 7 * week * u.day,
    )
    flight = ls.propagate(state, 4.5 * u.hour, detect=[ls.detectors.Eclipse()])
    dark = [event for event in flight.timeline if event.kind in {ls.EventKind.UMBRA_ENTRY, ls.EventKind.UMBRA_EXIT}]
    spans = [
        (after.time - before.time).to_value(u.min)
        for before, after in pairwise(dark)
        if before.kind is ls.EventKind.UMBRA_ENTRY
    ]
    days.append(7 * week)
    minutes.append(max(spans, default=0.0))
figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
ax.plot(days, minutes, "o-")
ax.set(xlabel="Day of 2026", ylabel="Umbra per revolution (min)", title="Circular, polar, 100 km")
plt.show()

assert 40 < max(minutes) < 50
