"""
Two frames, 875 m apart
=======================

Gravity fields are given along the Moon's principal axes, maps along its mean Earth and polar axes. A place that is
taken from the one for the other is displaced by up to 875 m. The map says where by how much.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from astropy.coordinates import SkyCoord

import lunarsim as ls

longitude, latitude = np.meshgrid(np.linspace(-180, 180, 181), np.linspace(-90, 90, 91))
principal = SkyCoord(lon=longitude * u.deg, lat=latitude * u.deg, distance=1737.4 * u.km, frame=ls.MoonPA)
mean_earth = principal.transform_to(ls.MoonME)
apart = mean_earth.cartesian.xyz - principal.cartesian.xyz
distance = np.linalg.norm(apart.to_value(u.m), axis=0)

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
filled = ax.contourf(longitude, latitude, distance, levels=np.arange(0, 901, 100), cmap="cividis")
figure.colorbar(filled, label="Displacement (m)")
ax.set(xlabel="Longitude (deg)", ylabel="Latitude (deg)", title="Principal axes read as mean Earth axes")
ax.set_aspect("equal")
plt.show()

assert abs(distance.max() - 875) < 2
