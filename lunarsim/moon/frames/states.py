"""States as coordinates of the Moon-centred frames, and back."""

from __future__ import annotations

from typing import Any

from astropy import units as u
from astropy.coordinates import CartesianDifferential, CartesianRepresentation
from astropy.time import Time

from lunarsim.errors import InputError
from lunarsim.moon.frames.fixed import MoonInertial
from lunarsim.moon.frames.motion import cartesian, is_direction


def state_coordinates(position: u.Quantity, velocity: u.Quantity, epoch: Time) -> MoonInertial:
    """Return positions and velocities, Moon-centred in ICRF axes, shape (3,) or (n, 3), as a coordinate."""
    motion = CartesianDifferential(velocity, xyz_axis=-1)
    return MoonInertial(CartesianRepresentation(position, xyz_axis=-1, differentials=motion), obstime=epoch)


def state_vectors(coordinate: Any) -> tuple[u.Quantity, u.Quantity, Time]:
    """Return position (m) and velocity (m/s), Moon-centred in ICRF axes, and epoch of a coordinate.

    Parameters
    ----------
    coordinate : SkyCoord or frame with data
        In any frame of the graph, with distance, velocity and ``obstime``.

    Raises
    ------
    InputError
        If the distance, the velocity or the time is missing.
    """
    epoch = getattr(coordinate, "obstime", None)
    if epoch is None:
        raise InputError(f"{coordinate!r} has no time: give its frame obstime=Time(...)")
    vector = cartesian(coordinate.transform_to(MoonInertial(obstime=epoch)))
    if is_direction(vector) or "s" not in vector.differentials:
        raise InputError(f"{coordinate!r} is no state: expected a distance and all three components of velocity")
    velocity = vector.differentials["s"].get_d_xyz(xyz_axis=-1).to(u.m / u.s)
    return vector.get_xyz(xyz_axis=-1).to(u.m), velocity, epoch
