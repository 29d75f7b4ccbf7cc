"""Osculating elements."""

from __future__ import annotations

from typing import NamedTuple

from astropy import units as u


class Elements(NamedTuple):
    """Osculating Keplerian elements to the Moon's equator (ME) of date.

    Where rounding alone would say where the node or the perilune is (inclination within 1e-14 rad of 0 or 180 deg,
    eccentricity below 1e-14), they are 0: an equatorial orbit's node lies at longitude 0, a round one's perilune in
    the node, from which its true anomaly then counts.
    """

    semi_major_axis: u.Quantity  #: negative for an open orbit, infinite for a parabola
    eccentricity: u.Quantity  #: dimensionless
    inclination: u.Quantity  #: 0 to 180 deg
    node_longitude: u.Quantity  #: selenographic longitude of the ascending node, 0 to 360 deg, the latter excluded
    argument_of_perilune: u.Quantity  #: from the ascending node, in the sense of motion, 0 to 360 deg likewise
    true_anomaly: u.Quantity  #: from perilune, -180 deg (excluded) to 180 deg
