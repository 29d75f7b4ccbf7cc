"""Engines."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from astropy import units as u

from lunarsim import checks, constants, declarations
from lunarsim.declarations import REQUIRED, number, pair, switch
from lunarsim.errors import InputError
from lunarsim.kernels.guidance import limits


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A rocket engine that can be throttled, or a cluster of such that burn together.

    Parameters
    ----------
    thrust : Quantity
        Thrust at full throttle, in vacuum; of a cluster, that of each engine.
    specific_impulse : Quantity
        Specific impulse in seconds at full throttle; the exhaust velocity is this times 9.80665 m/s2.
    min_throttle : float
        Share of full thrust below which the engine cannot be throttled; default 0.
    specific_impulse_at_min_throttle : Quantity, optional
        Specific impulse at the least throttle, linear between there and full throttle; default: the same.
    throttle_rate : Quantity, optional
        Change of the throttle per time, such as ``0.2 / u.s``; default: at once.
    throttle_keep_out : tuple of two floats, optional
        A band in which the engine cannot stay, as that of Apollo's descent engine between 0.65 and full: a command
        above the band gives full throttle, until a command falls below it; within, the bottom of the band.
    thrust_error : float
        Share by which the true thrust, and mass flow, exceed what the computer counts on; default 0.
    specific_impulse_error : float
        Share by which the true specific impulse exceeds what the computer counts on; default 0.
    misalignment_pitch, misalignment_yaw : Quantity
        Angles of the thrust against the craft's axis, about which the body is turned as for the ``pitch_error`` and
        ``yaw_error`` of a burn, to which they are added; default 0.
    count : int
        How many such engines burn together; default 1.
    ignition_delay : Quantity
        From the command to ignite to the first thrust; default 0.
    build_up : Quantity
        In which the thrust then rises, evenly, to what is commanded; default 0, at once.
    tail_off : Quantity
        In which the thrust falls, evenly, after the command to cut off; default 0, at once. What it gives then comes on
        top of the target of a burn. A burn that ends at zero speed has none.
    follows_throttle : bool
        Whether the valve follows the throttle that is commanded; default True.
    held_throttle : float, optional
        Throttle of a valve that does not; default: that which it had.
    shuts_down : bool
        Whether the engine obeys a cut-off; default True.

    Raises
    ------
    InputError
        If a value is out of its bounds: thrust 1e-6 to 1e9 N, specific impulse 1 to 1e5 s, shares 0 to 1.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> engine = ls.Engine(thrust=400 * u.N, specific_impulse=315 * u.s, min_throttle=0.4)
    >>> print(engine.total_thrust)
    400.0 N
    """

    thrust: u.Quantity = number(  # from a colloid thruster to ten times the first stage of Starship
        REQUIRED, u.N, low=1e-6, high=1e9, text="At full throttle, in vacuum.", dispersible=True
    )
    specific_impulse: u.Quantity = number(  # ion engines reach 2e4 s
        REQUIRED, u.s, low=1.0, high=1e5, text="At full throttle.", dispersible=True
    )
    min_throttle: float = number(
        0.0, u.one, low=0.0, high=1.0, text="Share of full thrust below which the engine cannot be throttled."
    )
    specific_impulse_at_min_throttle: u.Quantity | None = number(
        None,
        u.s,
        low=1.0,
        high=1e5,
        absent=0.0,
        text="At the least throttle, linear up to full throttle; else the same.",
    )
    throttle_rate: u.Quantity | None = number(
        None, u.s**-1, low=1e-6, high=1e6, absent=inf, text="Change of the throttle per time; else at once."
    )
    throttle_keep_out: tuple[float, float] | None = pair(
        None, u.one, (0.6, 0.95), "A band in which the engine cannot stay: above it, full thrust.", absent=(0.0, 0.0)
    )
    thrust_error: float = number(
        0.0,
        u.one,
        low=-1.0,  # an engine that gives nothing
        high=10.0,
        text="Share by which the true thrust exceeds what the computer counts on.",
        dispersible=True,
    )
    specific_impulse_error: float = number(
        0.0,
        u.one,
        low=-0.99,
        high=10.0,
        text="Share by which the true specific impulse exceeds what the computer counts on.",
        dispersible=True,
    )
    misalignment_pitch: u.Quantity = number(
        0.0, u.deg, low=-90.0, high=90.0, text="Of the thrust against the craft's axis, in pitch.", dispersible=True
    )
    misalignment_yaw: u.Quantity = number(
        0.0, u.deg, low=-90.0, high=90.0, text="Of the thrust against the craft's axis, in yaw.", dispersible=True
    )
    count: float = number(  # N1 had thirty
        1.0, u.one, low=1.0, high=1000.0, text="How many such engines burn together.", whole=True
    )
    ignition_delay: u.Quantity = number(  # hypergolic engines take some ms to some tenths of a second
        0.0, u.s, low=0.0, high=1000.0, text="From the command to ignite to the first thrust.", dispersible=True
    )
    build_up: u.Quantity = number(
        0.0, u.s, low=0.0, high=1000.0, text="In which the thrust rises to what is commanded.", dispersible=True
    )
    tail_off: u.Quantity = number(
        0.0, u.s, low=0.0, high=1000.0, text="In which the thrust falls after the command to cut off.", dispersible=True
    )
    follows_throttle: bool = switch(True, "Whether the valve follows the throttle that is commanded.")
    held_throttle: float | None = number(
        None, u.one, above=0.0, high=1.0, absent=0.0, text="Throttle of a valve that does not; else that which it had."
    )
    shuts_down: bool = switch(True, "Whether the engine obeys a cut-off.")

    def __post_init__(self) -> None:
        declarations.check(self)
        if self.throttle_keep_out is not None:
            band = self.throttle_keep_out
            if not (isinstance(band, tuple | list) and len(band) == 2):
                raise InputError(
                    f"throttle_keep_out = {band!r}: expected two shares of full thrust, such as (0.6, 0.9)"
                )
            bottom, top = (checks.number("throttle_keep_out", share) for share in band)
            if not self.min_throttle <= bottom < top <= 1.0:
                raise InputError(
                    f"throttle_keep_out = {self.throttle_keep_out}: expected two shares of full thrust, the smaller "
                    f"first, within the engine's range of {self.min_throttle:g} to 1"
                )

    def runs_at(self, throttle: float) -> bool:
        """Return whether the engine can run at a share of its full thrust."""
        return bool(limits.runs_at(throttle, self.min_throttle, *(self.throttle_keep_out or (0.0, 0.0))))

    def check_throttle(self, throttle: float, whose: str) -> None:
        """Refuse a throttle at which the engine cannot run.

        Raises
        ------
        InputError
            The text says whose throttle it is, and the range.
        """
        if not self.runs_at(throttle):
            band = self.throttle_keep_out
            without = "" if band is None else f", but not between {band[0]:.15g} and {band[1]:.15g}"
            raise InputError(
                f"{whose} has throttle = {throttle:.15g}, at which the engine cannot run: expected "
                f"{self.min_throttle:.15g} (its min_throttle) to 1{without}"
            )

    @property
    def total_thrust(self) -> u.Quantity:
        """Thrust at full throttle of all engines of the cluster."""
        return self.thrust * self.count

    @property
    def exhaust_velocity(self) -> u.Quantity:
        """Effective exhaust velocity."""
        return (self.specific_impulse * constants.STANDARD_GRAVITY_MPS2 * (u.m / u.s**2)).to(u.m / u.s)
