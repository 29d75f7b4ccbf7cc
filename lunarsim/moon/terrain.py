"""The surface that ends a flight."""

from __future__ import annotations

from dataclasses import dataclass

from astropy import units as u

from lunarsim import checks, constants


@dataclass(frozen=True, kw_only=True)
class Terrain:
    """A sphere about the Moon's centre; ``elevation`` is its height above 1737.4 km."""

    elevation: u.Quantity

    def __post_init__(self) -> None:
        checks.quantity("elevation", self.elevation, u.m)

    @classmethod
    def sphere(cls, elevation: u.Quantity = 0.0 * u.m) -> Terrain:
        """Return the sphere at an elevation above the 1737.4 km sphere of LOLA and LROC.

        Raises
        ------
        InputError
            If ``elevation`` is not one finite length.
        """
        return cls(elevation=elevation)

    @property
    def radius_m(self) -> float:
        """Radius of the sphere, m."""
        return constants.MOON_RADIUS_M + float(self.elevation.to_value(u.m))
