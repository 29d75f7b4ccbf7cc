"""Vectors and their velocities, turned and shifted exactly, as astropy representations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from astropy import units as u
from astropy.coordinates import (
    CartesianDifferential,
    CartesianRepresentation,
    RepresentationMapping,
    SphericalCosLatDifferential,
    SphericalRepresentation,
    UnitSphericalCosLatDifferential,
    UnitSphericalRepresentation,
)
from numpy.typing import NDArray

from lunarsim.errors import InputError


def component_names(lon: str, lat: str, axes: Iterable[str] = "xyz") -> dict[Any, list[RepresentationMapping]]:
    """Return what astropy calls the components of a frame, with velocities in m/s and deg/s.

    Velocities are named as in all frames of astropy: ``pm_lon_coslat``, ``pm_lat``, ``radial_velocity``, or ``v_x``.
    """
    angular, linear = u.deg / u.s, u.m / u.s
    return {
        SphericalRepresentation: [RepresentationMapping("lon", lon), RepresentationMapping("lat", lat)],
        SphericalCosLatDifferential: [
            RepresentationMapping("d_lon_coslat", f"pm_{lon}_cos{lat}", angular),
            RepresentationMapping("d_lat", f"pm_{lat}", angular),
            RepresentationMapping("d_distance", "radial_velocity", linear),
        ],
        CartesianRepresentation: [RepresentationMapping(c, axis) for c, axis in zip("xyz", axes, strict=True)],
        CartesianDifferential: [
            RepresentationMapping(f"d_{c}", f"v_{axis}", linear) for c, axis in zip("xyz", axes, strict=True)
        ],
    }


def cartesian(coordinate: Any) -> CartesianRepresentation:
    """Return the components of a coordinate, with their velocities if it has them.

    Raises
    ------
    InputError
        If the velocity is not as complete as the position, such as a radial one alone.
    """
    data = coordinate.data
    if "s" not in data.differentials:
        return data.represent_as(CartesianRepresentation)
    motion = data.differentials["s"]
    if len(motion.components) != len(data.components):
        raise InputError(
            f"{type(coordinate).__name__} has the velocity components {', '.join(motion.components)} with the position "
            f"components {', '.join(data.components)}: expected all of the velocity, or none"
        )
    return data.represent_as(CartesianRepresentation, CartesianDifferential)


def is_direction(vector: CartesianRepresentation) -> bool:
    """Return whether a vector has no length unit: a direction, or a point infinitely far away."""
    return bool(vector.x.unit.is_equivalent(u.one))


def turn(vector: CartesianRepresentation, rot: NDArray[np.float64], rate: NDArray[np.float64]) -> Any:
    """Return R r and, if the vector has a velocity v, R v + (dR/dt) r.

    Parameters
    ----------
    vector : CartesianRepresentation
        Position, or direction, with or without a velocity.
    rot, rate : ndarray, shape (..., 3, 3)
        The rotation of components R, and its time derivative in 1/s.
    """
    turned = vector.transform(rot)
    if "s" not in vector.differentials:
        return turned
    drift = vector.without_differentials().transform(rate).xyz / u.s
    return turned.with_differentials(turned.differentials["s"] + CartesianDifferential(drift))


def shift(vector: CartesianRepresentation, offset: CartesianRepresentation) -> CartesianRepresentation:
    """Return a vector plus a constant offset; a direction stays as it is."""
    if is_direction(vector):
        return vector
    return (vector.without_differentials() + offset).with_differentials(vector.differentials)


def move(vector: CartesianRepresentation, offset: CartesianRepresentation, velocity: Any) -> Any:
    """Return a vector plus an offset that moves with a velocity; a direction stays as it is."""
    shifted = shift(vector, offset)
    if is_direction(vector) or "s" not in vector.differentials:
        return shifted
    return shifted.with_differentials(vector.differentials["s"] + CartesianDifferential(velocity.xyz))


def as_given(vector: CartesianRepresentation, data: Any) -> Any:
    """Return a vector in unit-spherical form if ``data``, from which it came, has that form."""
    if not isinstance(data, UnitSphericalRepresentation):
        return vector
    if "s" not in vector.differentials:
        return vector.represent_as(UnitSphericalRepresentation)
    return vector.represent_as(UnitSphericalRepresentation, UnitSphericalCosLatDifferential)
