"""The Moon as a flight meets it: gravity, the sky's pull, the ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from astropy import units as u

from lunarsim import constants, declarations
from lunarsim.craft import Spacecraft
from lunarsim.declarations import number, switch
from lunarsim.equality import by_value
from lunarsim.errors import InputError
from lunarsim.kernels.forces.gravity_grid import ResidualGrid, without_grid
from lunarsim.kernels.forces.motion import Environment
from lunarsim.kernels.forces.radiation import Sunlight
from lunarsim.kinds import wrong_kind
from lunarsim.moon.earth import Earth
from lunarsim.moon.ephemeris.tables import BODY_GM_M3_S2, Ephemeris, check_body
from lunarsim.moon.gravity.field import GravityField
from lunarsim.moon.gravity.grid import GriddedField
from lunarsim.moon.orientation import check_span, orientation_angles
from lunarsim.moon.own_forces import Force, check_forces, lower_forces
from lunarsim.moon.terrain.surface import Terrain


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class Moon:
    """The Moon's gravity field, the bodies in its sky, and the terrain.

    Parameters
    ----------
    gravity : GravityField or GriddedField
        Default: GRGM900C to degree 50.
    third_bodies : tuple of str
        Any of ``"earth"``, ``"sun"`` and ``"jupiter"``; default Earth and Sun.
    terrain : Terrain
        Default: the 1737.4 km sphere.
    ephemeris : Ephemeris
        Where the bodies stand; default the one built into astropy.
    tide : bool
        Whether the Earth and the Sun (and Jupiter, if it is a third body) raise a degree-2 tide in the Moon;
        default no. The whole tide is added, its permanent part included: right for fields whose coefficients are
        free of it. GRGM900C does not state its tide system; it was solved for together with ``love_number``. In
        three days the permanent part moves a 100 km polar orbit by 200 m, the rest by 31 m.
    love_number : float
        Degree-2 potential Love number k2 of the tide; default that of GRGM900C.
    radiation : bool
        Whether sunlight presses on the craft, less the Moon's umbra and penumbra; default no. The craft must
        have a ``radiation_area``.
    forces : tuple of Force
        Forces of your own, up to four, of classes that :func:`lunarsim.force` has made; default none.
    earth : Earth, optional
        The Earth as a near body, for flights that come within 100,000 km of it: its oblateness, and the height over it
        at which they end. Default none: a distant point mass.

    Raises
    ------
    InputError
        If a third body is not known or named twice, or the Love number is not above 0 and up to 1.5, or there are
        more than four forces.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> state = ls.load_scenario("luna25").state
    >>> moon = ls.Moon(gravity=ls.GravityField.grail(degree=50), third_bodies=("earth",))
    >>> flight = ls.propagate(state, 1 * u.hour, moon)
    """

    gravity: GravityField | GriddedField = field(default_factory=GravityField.grail)
    third_bodies: tuple[str, ...] = ("earth", "sun")
    terrain: Terrain = field(default_factory=Terrain.sphere)
    ephemeris: Ephemeris = field(default_factory=Ephemeris.builtin)
    tide: bool = switch(False, "The Earth and the Sun raise a degree-2 tide in the Moon.")
    love_number: float = number(  # a fluid homogeneous sphere has 1.5
        constants.MOON_LOVE_NUMBER, u.one, above=0.0, high=1.5, text="Degree-2 potential k2.", dispersible=True
    )
    radiation: bool = switch(False, "Sunlight presses on the craft.")
    forces: tuple[Force, ...] = ()
    earth: Earth | None = None

    def __post_init__(self) -> None:
        kinds = {"gravity": (GravityField, GriddedField), "terrain": (Terrain,), "ephemeris": (Ephemeris,)}
        for name, allowed in kinds.items():
            if not isinstance(getattr(self, name), allowed):
                raise InputError(wrong_kind(name, getattr(self, name), allowed[0]))
        if isinstance(self.third_bodies, str) or not isinstance(self.third_bodies, Sequence):
            raise InputError(f"third_bodies = {self.third_bodies!r}: expected a tuple such as ('earth', 'sun')")
        declarations.check(self)
        object.__setattr__(self, "forces", check_forces(self.forces))
        for body in self.third_bodies:
            check_body("third_bodies", body)
        if len(set(self.third_bodies)) < len(self.third_bodies):
            raise InputError(f"third_bodies = {self.third_bodies} names a body twice")
        if self.earth is not None and not isinstance(self.earth, Earth):
            raise InputError(wrong_kind("earth", self.earth, Earth))
        if self.earth is not None and "earth" not in self.third_bodies:
            raise InputError(f"earth is given, and third_bodies = {self.third_bodies} has no 'earth': add it there")

    def lower(self, start_et_s: float, duration_s: float, craft: Spacecraft | None = None) -> Environment:
        """Return the Moon and its sky as the kernels take them, for one flight.

        Parameters
        ----------
        start_et_s : float
            Start of the flight, TDB seconds past J2000.
        duration_s : float
            Longest duration of the flight.
        craft : Spacecraft, optional
            On what the sunlight presses; only radiation needs one.

        Raises
        ------
        EpochError
            If the flight leaves the span of the orientation kernel or of the ephemeris.
        InputError
            If radiation is on and there is no craft, or it has no area; or a force cannot be compiled.
        """
        check_span(start_et_s, start_et_s + duration_s, "the flight")
        bodies, static = self._bodies, self.gravity.lower()
        return Environment(
            epoch_et_s=start_et_s,
            field=static if isinstance(static, ResidualGrid) else without_grid(static),
            angles=orientation_angles(),
            body_gm=np.array([BODY_GM_M3_S2[body] for body in bodies]),
            body_positions=self.ephemeris.tabulate(bodies, start_et_s, duration_s),
            third_bodies=len(self.third_bodies),
            love_number=self.love_number if self.tide else 0.0,
            sunlight=self._sunlight(craft),
            forces=lower_forces(self.forces),
            earth=None if self.earth is None else self.earth.lower(bodies.index("earth"), start_et_s, duration_s),
        )

    @property
    def _bodies(self) -> tuple[str, ...]:
        """The third bodies, then those that are there for their tide or their light alone."""
        others = ("earth", "sun") if self.tide else ("sun",) if self.radiation else ()
        return self.third_bodies + tuple(body for body in others if body not in self.third_bodies)

    def _sunlight(self, craft: Spacecraft | None) -> Sunlight:
        strength_n_m2 = 0.0
        if self.radiation:
            area_m2 = float(craft.radiation_area.to_value(u.m**2)) if craft is not None else 0.0
            if craft is None or area_m2 == 0.0:
                raise InputError(
                    "radiation is on, and there is no area that sunlight could press on: give the craft one, such as "
                    "Spacecraft(..., radiation_area=4 * u.m**2, radiation_coefficient=1.3)"
                )
            pressure_pa = constants.SOLAR_IRRADIANCE_W_M2 / constants.SPEED_OF_LIGHT_MPS  # at 1 au
            strength_n_m2 = pressure_pa * constants.ASTRONOMICAL_UNIT_M**2 * craft.radiation_coefficient * area_m2
        return Sunlight(
            body=self._bodies.index("sun") if "sun" in self._bodies else -1,
            strength_n_m2=strength_n_m2,
            sun_radius_m=constants.SUN_RADIUS_M,
            moon_radius_m=constants.MOON_RADIUS_M,
        )
