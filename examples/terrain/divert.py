"""
A scan, and a divert
====================

Vikram hovers at 150 m over ground full of craters. A phase that scans the ground about its target before it goes on
finds the nearest place that the landing gear can stand on, and aims there.
"""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u

import lunarsim as ls

scenario = ls.load_scenario("chandrayaan3")
site = scenario.landing_site
assert site is not None
rng, pixels = np.random.default_rng(6), 151
y, x = 2.0 * (np.indices((pixels, pixels)) - pixels // 2)
heights = np.full((pixels, pixels), site.elevation.to_value(u.m))
for cx, cy, radius in np.column_stack([rng.uniform(-150, 150, (120, 2)), rng.uniform(4, 18, 120)]):
    heights -= np.maximum(0.4 * radius * (1.0 - ((x - cx) ** 2 + (y - cy) ** 2) / radius**2), 0.0)
half = pixels / (1737400 * np.pi / 180)
north, east = site.latitude.to_value(u.deg), site.longitude.to_value(u.deg)
wide = half / np.cos(np.radians(north))
window = (north - half, north + half, east - wide, east + wide) * u.deg
ground = ls.Terrain.from_array(heights * u.m, window=window, outside=site.elevation)
scan = ls.HazardDetection(radius=60 * u.m, slope=5 * u.deg, footprint=3 * u.m, step=1 * u.m)

verdicts = []
figure, ax = plt.subplots(figsize=(6, 5), layout="constrained")
slope = np.degrees(np.arctan(np.hypot(*np.gradient(heights, 2.0))))
image = ax.imshow(slope, origin="lower", extent=(-pixels, pixels, -pixels, pixels), cmap="cividis", vmax=30)
figure.colorbar(image, label="Slope (deg)")
for name, detection, marker in (("without a scan", None, "X"), ("with a scan", scan, "o")):
    plan = [
        replace(phase, hazard_detection=detection) if phase.name == "hover at 150 m" else phase
        for phase in scenario.guided
    ]
    landed = ls.simulate(replace(scenario.with_terrain(ground), plan=tuple(plan))).outcome
    assert isinstance(landed, ls.Landed)
    verdicts.append(landed.verdict)
    print(f"{name}: {landed}, on a slope of {landed.slope:.1f}")
    place = (landed.longitude.deg - east) / wide * pixels, (landed.latitude.deg - north) / half * pixels
    ax.plot(*place, marker, color="#D55E00", markeredgecolor="w", markersize=11, linestyle="", label=name)
ax.set(xlabel="East of the site (m)", ylabel="North (m)", xlim=(-80, 80), ylim=(-80, 80))
ax.legend()
plt.show()

assert verdicts == [ls.Verdict.TIPPED_OVER, ls.Verdict.LANDED]
