"""The state of a Spacecraft of GMAT: its epoch, its coordinate system, and the elements that it is given by."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import cos, isfinite, radians, sin

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.errors import shown
from lunarsim.io.gmat.script import Resource, Script, Setting
from lunarsim.kernels.geometry.elements import state_from_elements
from lunarsim.orbits import State
from lunarsim.orbits.files.reference_frames import to_icrf
from lunarsim.orbits.files.time_systems import epochs_of

LUNA_MU_KM3_S2 = 4902.8005821478  # GMAT's default of Luna.Mu, of DE405: GmatDefaults.hpp
MOON_NAMES = ("Luna",)
MU_NAMES = ("Luna.Mu", "SolarSystem.Luna.Mu")

_MU_WITHIN = 0.01  # of that, a parameter of Luna lies: GMAT's files differ by parts in a million
_A1_AFTER_TAI_S = 0.0343817  # GMAT Mathematical Specifications, section 2.1
_MJD_ZERO_JD = 2430000.0  # GMAT's modified Julian dates count from 5 January 1941, noon
_SCALES = {"UTC": "utc", "TAI": "tai", "TT": "tt", "TDB": "tdb", "A1": "tai"}
_FORMAT = re.compile(r"(?P<system>UTC|TAI|TT|TDB|A1)(?P<kind>Gregorian|ModJulian)")
_GREGORIAN = re.compile(r"(?P<day>\d{1,2}) (?P<month>[A-Z][a-z]{2}) (?P<year>\d{4}) (?P<clock>\d\d:\d\d:\d\d(\.\d+)?)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

#: Right ascension and declination (deg) of the Moon's pole at J2000 by the IAU's formulae, of GMAT's BodyInertial axes:
#: Seidelmann et al. 2002, doi:10.1023/A:1013939327465, table II.
_POLE_DEG = (266.85773344495135, 65.64110274784535)

Vector = NDArray[np.float64]


def state_of(script: Script, craft: Resource) -> State:
    """Return the state of a spacecraft.

    Raises
    ------
    DataError
        If a field is missing or cannot be read, the coordinate system is not about the Moon, or there is no such kind
        of state; the text names the line.
    """
    epoch = _epoch(craft)
    kind = _needed(craft, "DisplayStateType")
    if kind.word not in _KINDS:
        raise kind.line.wrong(f"{craft.name}.DisplayStateType = {kind.text}: expected {', '.join(_KINDS)}")
    names, make = _KINDS[kind.word]
    _check_anomaly(craft, names)
    numbers = [_needed(craft, name).number() for name in names]
    state = make(numbers, mu_km3_s2(script) * 1e9)
    if not np.isfinite(state).all():
        raise kind.line.wrong(f"{craft.name}: the elements {dict(zip(names, numbers, strict=True))} are of no orbit")
    turned = _axes(script, craft)(state[np.newaxis], epoch)[0]
    return State(turned[:3] * u.m, turned[3:] * (u.m / u.s), epoch)


def state_fields(craft: Resource) -> set[str]:
    """Return the fields that say what the state of a spacecraft is."""
    kind = craft.fields.get("DisplayStateType")
    elements = _KINDS[kind.word][0] if kind is not None and kind.word in _KINDS else ()
    return {"DateFormat", "Epoch", "CoordinateSystem", "DisplayStateType", "AnomalyType", *elements, *_dated(craft)}


def _needed(craft: Resource, name: str) -> Setting:
    setting = craft.fields.get(name)
    if setting is None:
        raise craft.line.wrong(
            f"{craft.name}.{name} is not set: GMAT would take a default, of an orbit of the Earth; set it in the script"
        )
    return setting


def _dated(craft: Resource) -> list[str]:
    return [name for name in craft.fields if name.startswith("Epoch.")]


def _epoch(craft: Resource) -> Time:
    """Return the epoch; early scripts wrote ``Epoch.UTCGregorian = ...``."""
    dated = _dated(craft)
    setting = craft.fields[dated[-1]] if dated else _needed(craft, "Epoch")
    named = dated[-1].removeprefix("Epoch.") if dated else _needed(craft, "DateFormat").word
    told = _FORMAT.fullmatch(named)
    if told is None:
        raise setting.line.wrong(
            f"{craft.name}.DateFormat = {shown(named)}: expected one of {', '.join(_SCALES)}, with Gregorian or "
            "ModJulian behind it"
        )
    scale = _SCALES[told["system"]]
    time = _gregorian(setting, scale) if told["kind"] == "Gregorian" else _modified_julian(setting, scale)
    return time - _A1_AFTER_TAI_S * u.s if told["system"] == "A1" else time


def _gregorian(setting: Setting, scale: str) -> Time:
    date = _GREGORIAN.fullmatch(setting.word)
    if date is None or date["month"] not in _MONTHS:
        raise setting.line.wrong(f"{setting.text} is no date: expected e.g. '01 Jun 2004 12:00:00.000'")
    month = _MONTHS.index(date["month"]) + 1
    text = f"{date['year']}-{month:02d}-{int(date['day']):02d}T{date['clock']}"
    return epochs_of([setting.line], [text], scale)[0]


def _modified_julian(setting: Setting, scale: str) -> Time:
    days = setting.number()
    if not 0.0 < days < 1e5:
        raise setting.line.wrong(f"{setting.text} is no date: expected days after 1941-01-05 12:00, as 21545 of 2000")
    return Time(_MJD_ZERO_JD, days, format="jd", scale=scale)


def _check_anomaly(craft: Resource, names: tuple[str, ...]) -> None:
    """Raise a DataError if the anomaly of elements is not the true one: GMAT would read TA as another."""
    setting = craft.fields.get("AnomalyType")
    if setting is not None and "TA" in names and setting.word not in {"TA", "True Anomaly"}:
        raise setting.line.wrong(
            f"{craft.name}.AnomalyType = {setting.text}: expected TA, the true anomaly; set it in GMAT, save the "
            "script, and import it again"
        )


def mu_km3_s2(script: Script) -> float:
    """Return the gravitational parameter of Luna, by which GMAT turns elements into a state, and of its point mass.

    Raises
    ------
    DataError
        If the script sets one that is not of the Moon in km3/s2; the text names the line.
    """
    set_to = [(name, script.others[name]) for name in MU_NAMES if name in script.others]
    if not set_to:
        return LUNA_MU_KM3_S2
    name, setting = max(set_to, key=lambda each: each[1].line.number)  # the last setting counts
    value = setting.number()
    if abs(value - LUNA_MU_KM3_S2) > _MU_WITHIN * LUNA_MU_KM3_S2:
        raise setting.line.wrong(
            f"{name} = {setting.text}: expected that of the Moon in km3/s2, within {100.0 * _MU_WITHIN:g} % of "
            f"{LUNA_MU_KM3_S2:.1f}"
        )
    return value


def _cartesian(numbers: list[float], _: float) -> Vector:
    return np.array(numbers) * 1e3


def _keplerian(numbers: list[float], mu_m3_s2: float) -> Vector:
    axis_km, e, *angles = numbers
    return _of_conic(axis_km * (1.0 - e * e) * 1e3, e, angles, mu_m3_s2)


def _modified_keplerian(numbers: list[float], mu_m3_s2: float) -> Vector:
    periapsis_km, apoapsis_km, *angles = numbers
    if not apoapsis_km + periapsis_km:
        return np.full(6, np.nan)
    e = (apoapsis_km - periapsis_km) / (apoapsis_km + periapsis_km)  # an open orbit has a negative apoapsis
    return _of_conic(periapsis_km * (1.0 + e) * 1e3, e, angles, mu_m3_s2)


def _of_conic(p_m: float, e: float, angles_deg: list[float], mu_m3_s2: float) -> Vector:
    """Return the state of a conic; angles are inclination, node, argument of periapsis, true anomaly."""
    inclination, node, argument, anomaly = map(radians, angles_deg)
    if not (isfinite(p_m) and p_m > 0.0 and e >= 0.0 and mu_m3_s2 > 0.0 and 1.0 + e * cos(anomaly) > 0.0):
        return np.full(6, np.nan)
    return np.concatenate(state_from_elements(mu_m3_s2, p_m, e, inclination, node, argument, anomaly))


def _spherical_azfpa(numbers: list[float], _: float) -> Vector:
    """Return the state of radius, right ascension, declination, speed, azimuth, angle of the velocity from the radius.

    GMAT's flight-path angle is measured from the radius: 90 deg is level (User Guide, "Spacecraft Orbit State").
    """
    radius_km, speed_kmps = numbers[0], numbers[3]
    ra, dec, azimuth, fpa = (radians(numbers[i]) for i in (1, 2, 4, 5))
    up = _direction(ra, dec)
    east, north = np.array([-sin(ra), cos(ra), 0.0]), np.array([-sin(dec) * cos(ra), -sin(dec) * sin(ra), cos(dec)])
    level = cos(azimuth) * north + sin(azimuth) * east
    return np.concatenate([radius_km * up, speed_kmps * (cos(fpa) * up + sin(fpa) * level)]) * 1e3


def _spherical_radec(numbers: list[float], _: float) -> Vector:
    radius_km, ra, dec, speed_kmps, ra_v, dec_v = numbers
    place, way = _direction(radians(ra), radians(dec)), _direction(radians(ra_v), radians(dec_v))
    return np.concatenate([radius_km * place, speed_kmps * way]) * 1e3


def _direction(ra: float, dec: float) -> Vector:
    return np.array([cos(dec) * cos(ra), cos(dec) * sin(ra), sin(dec)])


_ANGLES = ("INC", "RAAN", "AOP", "TA")
#: Kinds of states: the fields that they take, and how a state (m, m/s) follows in the axes of the coordinate system.
_KINDS: Mapping[str, tuple[tuple[str, ...], Callable[[list[float], float], Vector]]] = {
    "Cartesian": (("X", "Y", "Z", "VX", "VY", "VZ"), _cartesian),
    "Keplerian": (("SMA", "ECC", *_ANGLES), _keplerian),
    "ModifiedKeplerian": (("RadPer", "RadApo", *_ANGLES), _modified_keplerian),
    "SphericalAZFPA": (("RMAG", "RA", "DEC", "VMAG", "AZI", "FPA"), _spherical_azfpa),
    "SphericalRADEC": (("RMAG", "RA", "DEC", "VMAG", "RAV", "DECV"), _spherical_radec),
}
#: All fields by which some kind of state is given: to GMAT any of them changes the state, whatever its kind.
ALL_ELEMENTS = frozenset(name for names, _ in _KINDS.values() for name in names)


def _axes(script: Script, craft: Resource) -> Callable[[Vector, Time], Vector]:
    """Return what turns states from the spacecraft's coordinate system to axes of the ICRF."""
    named = _needed(craft, "CoordinateSystem")
    system = script.resources.get(named.word)
    if system is None or system.type != "CoordinateSystem":
        built_in = "GMAT's own of that name is about the Earth" if named.word.startswith("Earth") else "none is created"
        raise named.line.wrong(f"{craft.name}.CoordinateSystem = {named.text}: {built_in}; {_ABOUT_MOON}")
    origin, axes = system.fields.get("Origin"), system.fields.get("Axes")
    if origin is None or axes is None:
        raise system.line.wrong(f"{system.name} has no Origin or no Axes; {_ABOUT_MOON}")
    if origin.word not in MOON_NAMES:
        raise origin.line.wrong(f"{system.name}.Origin = {origin.text}; {_ABOUT_MOON}")
    if axes.word not in _AXES:
        raise axes.line.wrong(f"{system.name}.Axes = {axes.text}: expected {', '.join(_AXES)}; {_ABOUT_MOON}")
    return _AXES[axes.word]


_ABOUT_MOON = (
    "expected a state about the Moon: set the spacecraft's CoordinateSystem to one of Origin = Luna and Axes = "
    "MJ2000Eq in GMAT, save the script, and import it again"
)


def _inertial(states: Vector, _: Time) -> Vector:
    return states


def _fixed(states: Vector, epoch: Time) -> Vector:
    return to_icrf("MOON_PA", states, epoch.reshape(1))


def _body_inertial(states: Vector, _: Time) -> Vector:
    """Turn from the axes of the Moon's equator of J2000, their x along its node on the Earth's."""
    ra, dec = map(radians, _POLE_DEG)
    node, pole = np.array([-sin(ra), cos(ra), 0.0]), _direction(ra, dec)
    rot = np.stack([node, np.cross(pole, node), pole], axis=1)
    return np.hstack([states[:, :3] @ rot.T, states[:, 3:] @ rot.T])


_AXES: Mapping[str, Callable[[Vector, Time], Vector]] = {
    "MJ2000Eq": _inertial,
    "ICRF": _inertial,
    "BodyInertial": _body_inertial,
    "BodyFixed": _fixed,
}
