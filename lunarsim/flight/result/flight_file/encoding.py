"""Described objects as plain values and arrays, and back.

Only the classes that are listed here are written or made again: nothing in a file can name another.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u
from astropy.coordinates import Angle, Latitude, Longitude
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.craft import (
    SENSORS,
    AccelerationMonitor,
    Accelerometer,
    AccelerometerVote,
    Altimeter,
    AttitudeControl,
    DeadReckoning,
    Engine,
    FlightComputer,
    Gyro,
    KalmanFilter,
    LandingGear,
    Navigation,
    RangeMonitor,
    Spacecraft,
    StarTracker,
    ThrustMonitor,
    TimeTaggedCommand,
    TouchdownSwitch,
    Velocimeter,
)
from lunarsim.errors import InputError, LunarsimError
from lunarsim.faults import FAULTS, AccelerometerOff
from lunarsim.flight.events.moment import Moment, NavigationEstimate, Truth
from lunarsim.flight.events.timeline import BurnRecord, Cutoff, Event, EventKind, PhaseRecord
from lunarsim.flight.result.earth_outcome import EarthEntry, InEarthOrbit
from lunarsim.flight.result.flight_file.field_types import check_fields
from lunarsim.flight.result.flight_file.stored_segment import StoredSegment
from lunarsim.flight.result.navigation import NavigationHistory
from lunarsim.flight.result.outcome import Aloft, Escape, Impact, InOrbit
from lunarsim.flight.result.touchdown import Landed
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.mission.provenance import Provenance, Source, Status
from lunarsim.mission.published import ProfilePoint
from lunarsim.mission.scenario import Scenario
from lunarsim.mission.site import Site
from lunarsim.moon import Earth, Ephemeris, GravityField, Moon, Terrain
from lunarsim.moon.own_forces import FORCES
from lunarsim.names import of_today
from lunarsim.orbits import EarthState, State
from lunarsim.plan import (
    AgainstVelocity,
    AlongVelocity,
    Burn,
    Coast,
    Divert,
    FixedDirection,
    Guided,
    HazardDetection,
    Termination,
)
from lunarsim.plan.laws import LAWS, OURS
from lunarsim.plan.own_termination import CONDITIONS
from lunarsim.plan.steering import STEERING

Arrays = Mapping[str, NDArray[Any]]

#: Dataclasses and named tuples that a flight is made of; their fields are stored by name.
RECORDS: tuple[type[Any], ...] = (
    *(Accelerometer, Engine, LandingGear, Spacecraft, AccelerometerOff, TimeTaggedCommand, FlightComputer),
    *(AccelerationMonitor, AccelerometerVote, RangeMonitor, ThrustMonitor),
    *(Navigation, DeadReckoning, KalmanFilter),
    *(Altimeter, AttitudeControl, Gyro, StarTracker, TouchdownSwitch, Velocimeter),
    *(Earth, EarthState, Ephemeris, GravityField, Ground, Moon, Terrain, State),
    *(AgainstVelocity, AlongVelocity, Burn, Coast, Divert, Termination, FixedDirection, Guided, HazardDetection, *OURS),
    *(Scenario, Site, Provenance, ProfilePoint, Source),
    *(
        Aloft,
        NavigationEstimate,
        NavigationHistory,
        BurnRecord,
        EarthEntry,
        Escape,
        Event,
        Impact,
        InEarthOrbit,
        InOrbit,
        Landed,
        Moment,
        PhaseRecord,
        StoredSegment,
        Truth,
    ),
)
#: Enumerations, stored by the value of the member.
ENUMS: tuple[type[Enum], ...] = (Cutoff, EventKind, Status)

_QUANTITIES: tuple[type[u.Quantity], ...] = (u.Quantity, Angle, Latitude, Longitude)
_KNOWN = {known.__name__: known for known in (*RECORDS, *ENUMS, *_QUANTITIES)}
_QUANTITY_NAMES = tuple(known.__name__ for known in _QUANTITIES)
#: What a user's own is stored by, with its title: nothing is imported for a file. And who registers it.
_REGISTRIES: dict[str, tuple[Mapping[str, type[Any]], str]] = {
    "guidance law": (LAWS, "lunarsim.guidance_law"),
    "fault": (FAULTS, "lunarsim.fault"),
    "force": (FORCES, "lunarsim.force"),
    "termination": (CONDITIONS, "lunarsim.termination"),
    "steering law": (STEERING, "lunarsim.steering_law"),
    "sensor": (SENSORS, "lunarsim.sensor"),
}
_INLINE = 16  # larger arrays go into files of their own
NUMBERS = "biuf"  #: numpy's kinds of plain numbers
_SCALES = ("utc", "tai", "tt", "tdb", "tcb", "tcg")  # for UT1 astropy asks a server how the Earth turned
_LARGEST = 2**63  # of whole numbers
_YEARS_JD = (1721059.5, 5373484.5)  # 0 to 9999, which calendars can write


class Encoder:
    """Turns objects into values that JSON can hold; larger arrays are put aside into ``arrays``, each once."""

    def __init__(self) -> None:
        self.arrays: dict[str, NDArray[Any]] = {}
        self._names: dict[int, str] = {}

    def encode(self, value: Any, at: str) -> Any:
        """Return a value as JSON can hold it; ``at`` says where it stands, for errors and names of arrays.

        Raises
        ------
        InputError
            If it is of a class that cannot be stored.
        """
        plain = (bool, int, str)
        if value is None or (isinstance(value, plain) and not isinstance(value, Enum)):
            return value
        if isinstance(value, np.generic):
            return self.encode(value.item(), at)
        if isinstance(value, float):
            return value if np.isfinite(value) else {"type": "float", "value": repr(value)}
        if isinstance(value, tuple | list) and not hasattr(value, "_fields"):
            return [self.encode(item, f"{at}.{i}") for i, item in enumerate(value)]
        return self._tagged(value, at)

    def _tagged(self, value: Any, at: str) -> dict[str, Any]:
        """Return a value whose class has to be said."""
        kind = type(value)
        node: dict[str, Any]
        match value:
            case Path():
                node = {"type": "path", "value": str(value)}
            case Time() if value.location is None and value.scale in _SCALES:
                node = self._time(value, at)
            case u.Quantity():
                node = self._quantity(value, at)
            case np.ndarray() if value.dtype.kind in NUMBERS:
                node = self._array(value, at)
            case Mapping() if all(isinstance(key, str) for key in value):
                node = {"type": "mapping", "items": {key: self.encode(v, f"{at}.{key}") for key, v in value.items()}}
            case _ if kind in ENUMS:
                node = {"type": kind.__name__, "value": value.value}
            case _ if kind in RECORDS:
                fields = {name: self.encode(getattr(value, name), f"{at}.{name}") for name in field_names(kind)}
                node = {"type": kind.__name__, **fields}
            case _ if (name := _registry_of(kind)) is not None:  # a part of the user's own
                fields = {each: self.encode(getattr(value, each), f"{at}.{each}") for each in field_names(kind)}
                node = {"type": name, "title": kind.title, "parameters": {"type": "mapping", "items": fields}}
            case _:
                raise InputError(
                    f"{at} is of class {kind.__name__}, which a file of a flight cannot hold: only lunarsim's own "
                    "classes, quantities, times (not of UT1, nor with a place on the Earth), arrays of numbers and "
                    "text can be stored"
                )
        return node

    def _time(self, time: Time, at: str) -> dict[str, Any]:
        day, fraction = self.encode(time.jd1, f"{at}.jd1"), self.encode(time.jd2, f"{at}.jd2")
        return {
            "type": "Time", "jd1": day, "jd2": fraction,
            "scale": time.scale, "format": time.format, "precision": time.precision,
        }  # fmt: skip

    def _quantity(self, quantity: u.Quantity, at: str) -> dict[str, Any]:
        kind = next(known for known in reversed(_QUANTITIES) if isinstance(quantity, known))
        unit = quantity.unit.to_string()
        try:
            readable = u.Unit(unit) == quantity.unit
        except ValueError:
            readable = False
        if not readable:
            raise InputError(f"{at} = {quantity}: its unit cannot be stored as text: convert it to a usual one first")
        node = {"type": kind.__name__, "value": self.encode(np.asarray(quantity.value)[()], at), "unit": unit}
        if isinstance(quantity, Longitude):
            node["wrap_angle_deg"] = float(quantity.wrap_angle.deg)
        return node

    def _array(self, array: NDArray[Any], at: str) -> dict[str, Any]:
        node = {"type": "array", "writeable": bool(array.flags.writeable)}
        if array.size <= _INLINE and array.dtype == np.float64:
            return {**node, "shape": list(array.shape), "items": [self.encode(x, at) for x in array.flat]}
        if id(array) not in self._names:
            self._names[id(array)] = at
            self.arrays[at] = array  # kept alive here, so that its id stays its own
        return {**node, "stored": self._names[id(array)]}


def decode(node: Any, arrays: Arrays, at: str = "value") -> Any:
    """Return the object that :class:`Encoder` turned into ``node`` and ``arrays``; ``at`` says where it stands.

    Raises
    ------
    InputError
        If what the node says makes no such object; the text begins with its place.
    ValueError, TypeError, KeyError, AttributeError
        If the node is not what an encoder makes.
    """
    if isinstance(node, list):
        return tuple(decode(item, arrays, f"{at}.{i}") for i, item in enumerate(node))
    if isinstance(node, int) and abs(node) >= _LARGEST:
        raise InputError(f"{at} has more digits than any number of a flight")
    if not isinstance(node, dict):
        return node
    parts = {name: decode(item, arrays, f"{at}.{name}") for name, item in _parts(node).items()}
    try:
        return _made(node, parts, arrays)
    except (LunarsimError, ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
        raise InputError(f"{at}: {error}") from error


def _parts(node: dict[str, Any]) -> dict[str, Any]:
    """Return the nodes within a node that stand for objects of their own."""
    kind = node["type"]
    if kind == "mapping":
        return dict(node["items"])
    names = {"Time": ("jd1", "jd2"), "array": (), **dict.fromkeys(_QUANTITY_NAMES, ("value",))}.get(kind)
    return {name: item for name, item in node.items() if name != "type" and (names is None or name in names)}


def _made(node: dict[str, Any], parts: dict[str, Any], arrays: Arrays) -> Any:
    kind, fields = of_today(node["type"], parts)
    match kind:
        case "mapping":
            value: Any = parts
        case "float":
            value = float(node["value"])
        case "path":
            value = Path(node["value"])
        case "array":
            value = _array(node, arrays)
        case "Time":
            value = _time(node, parts["jd1"], parts["jd2"])
        case _ if kind in _REGISTRIES:
            value = _registered(kind, parts["title"], parts["parameters"])
        case _ if kind in _KNOWN:
            value = _known(_KNOWN[kind], node, fields)
        case _:
            raise InputError(f"a {kind!r} is not known to this version of lunarsim")
    return value


def field_names(record: type[Any]) -> tuple[str, ...]:
    """Return the names of the fields that make a record; what it derives from them is not stored."""
    if dataclasses.is_dataclass(record):
        return tuple(field.name for field in dataclasses.fields(record) if field.init)
    names: tuple[str, ...] = record._fields
    return names


def _known(known: type[Any], node: dict[str, Any], parts: dict[str, Any]) -> Any:
    if issubclass(known, Enum):
        return known(parts["value"])
    if issubclass(known, u.Quantity):
        options = {"wrap_angle": node["wrap_angle_deg"] * u.deg} if known is Longitude else {}
        return known(parts["value"], node["unit"], **options)
    check_fields(known, parts)
    return known(**parts)


def _registry_of(kind: type[Any]) -> str | None:
    return next((name for name, (known, _) in _REGISTRIES.items() if kind in known.values()), None)


def _registered(name: str, title: str, parameters: dict[str, Any]) -> Any:
    known, maker = _REGISTRIES[name]
    if title not in known:
        raise InputError(
            f"the {name} {title!r} is not known here: import the module that registers it, by {maker}, before the file "
            "is read"
        )
    check_fields(known[title], parameters)
    return known[title](**parameters)


def _array(node: dict[str, Any], arrays: Arrays) -> NDArray[Any]:
    if "stored" in node:
        array = arrays[node["stored"]]
    else:
        items = [decode(item, arrays) for item in node["items"]]
        array = np.array(items, dtype=np.float64).reshape(node["shape"])
    array.flags.writeable = node["writeable"]  # as before: numba compiles kernels anew for the other kind
    return array


def _time(node: dict[str, Any], jd1: Any, jd2: Any) -> Time:
    with np.errstate(invalid="ignore"):
        known = (np.add(jd1, jd2) >= _YEARS_JD[0]) & (np.add(jd1, jd2) <= _YEARS_JD[1])
    if node["scale"] not in _SCALES:
        raise InputError(f"a time of scale {node['scale']!r}: expected one of {', '.join(_SCALES)}")
    if type(node["precision"]) is not int:
        raise InputError(f"a time of precision {node['precision']!r}: expected a number of digits")
    if not np.all(known):
        raise InputError("a time that is not within the years 0 to 9999")
    time = Time(jd1, jd2, scale=node["scale"], format="jd", precision=node["precision"])
    time.format = node["format"]
    return time
