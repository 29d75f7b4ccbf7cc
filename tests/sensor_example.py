"""Sensors for tests: their records, and a craft over a place that looks where it is told."""

from __future__ import annotations

from typing import Any

import numpy as np

from lunarsim import constants
from lunarsim.kernels.sensors.body import Pose, body_axes
from lunarsim.kernels.sensors.inertial import INCREMENTS
from lunarsim.moon.orientation import ROT_ME_FROM_PA
from lunarsim.records import filled, record_of

RADIUS_M = constants.MOON_RADIUS_M
#: At 0 N 0 E (ME): up, north, east.
UP, EAST, NORTH = np.eye(3)


def record(component: Any) -> Any:
    """The numbers of a component as kernels take them."""
    return np.array(filled(component), record_of(type(component)))[()]


def record_of_sensor(sensor: Any) -> Any:
    """The numbers of an accelerometer, or of a sensor of a user's own, as they stand in the record of a craft."""
    return np.array(sensor.record_values(), sensor.record_type())[()]


def memory() -> Any:
    """What an inertial unit remembers when a flight begins."""
    return np.zeros(1, INCREMENTS)[0]


def pose(height_m, *, up=UP, thrust_axis=None, velocity=(0.0, 0.0, 0.0), time_s=0.0):
    """A craft at a height above a place of the 1737.4 km sphere; vectors are in ME. Left of its flight is north."""
    axis = UP if thrust_axis is None else np.asarray(thrust_axis)
    to_pa = ROT_ME_FROM_PA.T
    return Pose(
        time_s,
        vector(to_pa @ ((RADIUS_M + height_m) * np.asarray(up))),
        vector(to_pa @ np.asarray(velocity)),
        body_axes(vector(to_pa @ (axis / np.linalg.norm(axis))), vector(to_pa @ NORTH)),
    )


def along_body(pose, a):
    """A vector in ME along the axes of the body."""
    return np.array(pose.axes) @ ROT_ME_FROM_PA.T @ np.asarray(a)


def vector(a):
    """Three floats, as kernels take them."""
    return tuple(float(each) for each in a)


def range_to_sphere(height_m, off_nadir_rad, radius_m=RADIUS_M):
    """How far it is to a sphere along a line at an angle from the nadir: the law of cosines, without cancellation."""
    r = radius_m + height_m
    along = r * np.cos(off_nadir_rad)
    return height_m * (2 * radius_m + height_m) / (along + np.sqrt(along**2 - height_m * (2 * radius_m + height_m)))
