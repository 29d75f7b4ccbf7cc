"""A ground deeper than any on the Moon, so that a flight is not ended by it."""

from dataclasses import replace

import lunarsim as ls


def sphere_of(radius):
    terrain = ls.Terrain.sphere()
    return replace(terrain, ground=terrain.ground._replace(radius_m=float(radius.to_value("m"))))
