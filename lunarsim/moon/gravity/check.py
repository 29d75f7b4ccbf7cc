"""Whether a gravity field is the Moon's: its GM, its radius, its C20, and the size of all its coefficients."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lunarsim.constants import GM_MOON_M3_S2
from lunarsim.errors import InputError

_GM_TOLERANCE = 1e-3  # the published models since 1969 agree to 5e-5
GM_RANGE_M3_S2 = ((1.0 - _GM_TOLERANCE) * GM_MOON_M3_S2, (1.0 + _GM_TOLERANCE) * GM_MOON_M3_S2)
_RADIUS_M = 1_738_000.0  # of all published models but the oldest, which have 1738.09 km
_RADIUS_TOLERANCE_M = 5_000.0  # leaves room for the mean sphere and the axes of ellipsoids, 1736 to 1738.14 km
_C20 = -9.08866163613439e-05  # GRGM900C, Lemoine et al. 2014, doi:10.1002/2014GL060027
_C20_TOLERANCE = 0.2  # of it; Gapcynski et al. 1969, doi:10.2514/3.5479, have 8 % more
_C31, _C31_TOLERANCE = 2.63680163190460e-05, 0.5  # GRGM900C; C20 and C22 are of even order
_S3 = np.array([5.45455126619689e-06, 4.87800381791731e-06, -1.77415609631060e-06])  # GRGM900C, orders 1 to 3
_C00_TOLERANCE = 1e-9
_LARGEST = 3e-4  # of any coefficient; C20 is the largest of all, three times smaller
_LARGEST_TIMES_N2 = 2e-2  # Kaula's rule, generously: GRGM900C reaches 1.1e-3 to degree 50, LP165P 2.9e-3 at 164

_BODIES = {  # GM (m3/s2) and reference radius (m) of the fields that are most often at hand
    "the Moon": (GM_MOON_M3_S2, _RADIUS_M),
    "the Earth": (3.986004415e14, 6_378_136.3),  # EGM2008
    "Mars": (4.282837e13, 3_396_000.0),  # GMM-3
    "Venus": (3.24858592e14, 6_051_000.0),  # MGNP180U
    "Mercury": (2.2031868e13, 2_440_000.0),  # HgM008
}
_GM_UNITS = {
    1.0: "",
    1e-9: ", given in km3/s2 where m3/s2 is expected",
    1e9: ", given in m3/s2 where km3/s2 is expected",
}
_LENGTH_UNITS = {
    1.0: "",
    1e-3: ", given in kilometres where metres are expected",
    1e3: ", given in metres where kilometres are expected",
}
_TURNED = (
    "its sign is turned: C and S of odd orders seem to have the Condon-Shortley phase (-1)^m, which fields of geodesy "
    "do not have: multiply them by -1; or longitudes are counted from the far side"
)
_FIRST_OF_3 = 6  # place of C30 and S30
_C20_SLIPS = {
    math.sqrt(5.0): "coefficients without normalisation are taken for fully normalised ones",
    1.0 / math.sqrt(5.0): "fully normalised coefficients are taken for ones without normalisation",
    math.sqrt(4.0 * math.pi): "orthonormal coefficients are taken for fully normalised (4 pi) ones",
    -1.0: "its sign is turned; C20 is -J2 / sqrt(5)",
    -math.sqrt(5.0): "J2 stands where C20 = -J2 / sqrt(5) is expected",
}


def check_constants(gm_m3_s2: float, radius_m: float) -> None:
    """Check that GM and the reference radius are those of a field of the Moon.

    Raises
    ------
    InputError
        If one of them is not; the text says which value was expected, and the slip that it looks like.
    """
    if not GM_RANGE_M3_S2[0] <= gm_m3_s2 <= GM_RANGE_M3_S2[1]:
        raise InputError(
            f"GM = {gm_m3_s2:.10g} m3/s2: expected the Moon's, {GM_MOON_M3_S2:.7g} m3/s2 within 0.1 %; "
            + _origin(gm_m3_s2, 0, _GM_UNITS)
        )
    if not abs(radius_m - _RADIUS_M) <= _RADIUS_TOLERANCE_M:
        raise InputError(
            f"radius = {radius_m:.10g} m: expected the Moon's, {_RADIUS_M:.7g} m within "
            f"{_RADIUS_TOLERANCE_M / 1e3:g} km; " + _origin(radius_m, 1, _LENGTH_UNITS)
        )


def _origin(value: float, which: int, units: dict[float, str]) -> str:
    """Return where a GM (0) or a radius (1) that is not the Moon's may come from."""
    for scale, slip in units.items():
        for body, constants in _BODIES.items():
            if math.isclose(value, scale * constants[which], rel_tol=3e-3):
                return f"it is that of {body}{slip}"
    if _same_digits(value, _BODIES["the Moon"][1 - which]):
        return f"its digits are those of the Moon's {('GM', 'radius')[1 - which]}: the two have changed places"
    return "it is of another body, or in another unit"


def _same_digits(value: float, other: float) -> bool:
    if not 0.0 < value < math.inf:
        return False
    powers_of_ten = math.log10(value / other)
    return abs(powers_of_ten - round(powers_of_ten)) < 1e-3


def check_coefficients(c: NDArray[np.float64], s: NDArray[np.float64]) -> None:
    """Check that fully normalised coefficients can be the Moon's.

    C20 and C31 are looked at for size and sign, and all others for their size: they fall like Kaula's rule, 1 / n**2.
    A C31 of zero is left out, as in a field of zonal terms alone.

    Raises
    ------
    InputError
        If they cannot; the text names the coefficient, its value, what was expected, and the likely slip.
    """
    if not (abs(c[0] - 1.0) <= _C00_TOLERANCE or c[0] == 0.0):  # 0 where a writer leaves the central term out
        raise InputError(f"C of degree 0 = {c[0]:.10g}: expected 1, the central term is GM")
    if c.size > 3 and not abs(c[3] / _C20 - 1.0) <= _C20_TOLERANCE:
        raise InputError(
            f"C20 = {c[3]:.6g} (fully normalised): expected the Moon's, {_C20:.4g} within a fifth; {_c20_slip(c[3])}"
        )
    if c.size > _FIRST_OF_3:
        _check_signs(c[_FIRST_OF_3:], s[_FIRST_OF_3:])
    n, m = np.tril_indices(math.isqrt(2 * c.size))
    highest = np.minimum(_LARGEST, _LARGEST_TIMES_N2 / np.maximum(n, 1) ** 2)
    for name, values in (("C", c), ("S", s)):
        over = np.flatnonzero(~(np.abs(values) <= highest) & (n > 0))
        if over.size:
            i = over[0]
            raise InputError(
                f"{name} of degree {n[i]}, order {m[i]} = {values[i]:.6g} (fully normalised): expected at most "
                f"{highest[i]:.2g}, far above the Moon's; an exponent, a column or the normalisation is wrong"
            )


def _check_signs(c3: NDArray[np.float64], s3: NDArray[np.float64]) -> None:
    """Check the signs that hang on the phase convention and on the direction of longitudes, from degree 3, order 0."""
    if c3[1] != 0.0 and not abs(c3[1] / _C31 - 1.0) <= _C31_TOLERANCE:
        turned = abs(c3[1] / _C31 + 1.0) <= _C31_TOLERANCE
        raise InputError(
            f"C31 = {c3[1]:.6g} (fully normalised): expected the Moon's, {_C31:.4g} within a half; "
            + (_TURNED if turned else "it is of another body, or its row or column is damaged")
        )
    if np.all(np.abs(s3[1:4] / _S3 + 1.0) <= _C31_TOLERANCE):
        raise InputError(
            f"S31 = {s3[1]:.6g} (fully normalised): expected the Moon's, {_S3[0]:.4g}; all S of degree 3 have their "
            "sign turned: longitudes seem to be counted to the west, where they are counted to the east"
        )


def _c20_slip(c20: float) -> str:
    for ratio, slip in _C20_SLIPS.items():
        if math.isclose(c20, ratio * _C20, rel_tol=_C20_TOLERANCE):
            return slip
    return "it is of another body, or its row or column is damaged"
