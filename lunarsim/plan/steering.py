"""Steering laws of burns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.asked import is_own
from lunarsim.declarations import Number
from lunarsim.equality import by_value
from lunarsim.errors import InputError
from lunarsim.kernels.forces import steering
from lunarsim.kernels.simd.asked import NUMBERS

_COMPONENT = Number(unit=u.one, low=-1e9, high=1e9)
_ROUNDING = 1e-9  # of the length of a unit vector
_OURS = (steering.FIXED, steering.ALONG_VELOCITY, steering.AGAINST_VELOCITY)


class LoweredSteering(NamedTuple):
    """A steering law as the kernels take it."""

    code: int  #: see lunarsim.kernels.forces.steering
    direction: NDArray[np.float64]  #: unit vector, ICRF axes, of the fixed law
    numbers: NDArray[np.float64] = np.zeros(NUMBERS)  #: shape (16,), SI, of a user's own


class Steering(Protocol):
    """Where the thrust points. Laws of one's own are made by :func:`lunarsim.steering_law`."""

    def lower(self) -> tuple[Any, ...]:
        """Return the law's code in the kernels, the direction that the fixed law needs, and numbers of a user's own."""
        ...


def lowered_steering(law: Steering) -> LoweredSteering:
    """Return a law as the kernels take it."""
    return LoweredSteering(*law.lower())


def check_steering(law: Any) -> None:
    """Refuse what is no steering law that the kernels know, or a fixed direction that is no unit vector.

    Raises
    ------
    InputError
        The text says what the law gave.
    """
    expected = "expected a steering law such as AgainstVelocity()"
    if isinstance(law, str | type) or not callable(getattr(law, "lower", None)):
        raise InputError(f"steering = {law!r}: {expected}")
    try:
        code, direction, _ = lowered_steering(law)
        vector = np.array(direction, dtype=float)
    except Exception as error:
        raise InputError(
            f"steering = {law!r}: its lower() ended with {type(error).__name__}: {error}; {expected}"
        ) from error
    if code not in (_OURS if not is_own(law) else (steering.OWN,)):
        raise InputError(f"steering = {law!r}: its lower() gave the code {code!r}, which is no law's; {expected}")
    fixed = code == steering.FIXED
    if vector.shape != (3,) or (fixed and not abs(np.linalg.norm(vector) - 1.0) <= _ROUNDING):
        raise InputError(
            f"steering = {law!r}: its lower() gave the direction {direction!r}; expected three numbers, of length 1 "
            "for a fixed direction"
        )


@dataclass(frozen=True)
class AlongVelocity:
    """Thrust along the Moon-centred inertial velocity at each moment.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> from astropy.time import Time
    >>> burn = ls.Burn(
    ...     ignition=Time("2026-01-01"),
    ...     target_delta_v=10 * u.m / u.s,
    ...     timer=60 * u.s,
    ...     steering=ls.AlongVelocity(),
    ... )
    >>> burn.steering
    AlongVelocity()
    """

    title: ClassVar[str] = "along velocity"

    def lower(self) -> tuple[int, NDArray[np.float64]]:
        """Return the law's code in the kernels."""
        return steering.ALONG_VELOCITY, np.zeros(3)


@dataclass(frozen=True)
class AgainstVelocity:
    """Thrust against the Moon-centred inertial velocity at each moment.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> from astropy.time import Time
    >>> burn = ls.Burn(
    ...     ignition=Time("2026-01-01"),
    ...     target_delta_v=10 * u.m / u.s,
    ...     timer=60 * u.s,
    ...     steering=ls.AgainstVelocity(),
    ... )
    >>> burn.steering
    AgainstVelocity()
    """

    title: ClassVar[str] = "against velocity"

    def lower(self) -> tuple[int, NDArray[np.float64]]:
        """Return the law's code in the kernels."""
        return steering.AGAINST_VELOCITY, np.zeros(3)


@by_value
@dataclass(frozen=True, eq=False)
class FixedDirection:
    """Thrust along one direction in ICRF axes.

    Parameters
    ----------
    direction : Quantity, shape (3,)
        Dimensionless; of any length but zero, up to 1e9.

    Raises
    ------
    InputError
        If the direction is not three finite numbers with a length.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.FixedDirection([0, 0, 2] * u.one).direction
    <Quantity [0., 0., 2.]>
    """

    direction: u.Quantity

    def __post_init__(self) -> None:
        vector = _COMPONENT.checked("direction", self.direction, shape=(3,))
        if not np.linalg.norm(vector.value) > 0.0:
            raise InputError("direction has no length: expected a vector such as [0, 0, 1] * u.one")

    def lower(self) -> tuple[int, NDArray[np.float64]]:
        """Return the law's code in the kernels and its unit vector."""
        vector = self.direction.to_value(u.one)
        return steering.FIXED, vector / np.linalg.norm(vector)


#: The laws that a scenario file may name, by title: those of the package and those of its users.
STEERING: dict[str, type[Steering]] = {law.title: law for law in (AgainstVelocity, AlongVelocity)}
