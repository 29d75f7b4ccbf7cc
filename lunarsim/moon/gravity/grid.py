"""A gravity field of high degree at the cost of a low one: its residual on a grid between two altitudes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import checks
from lunarsim.declarations import AROUND_M, FAR_M, Number
from lunarsim.equality import by_value
from lunarsim.errors import InputError
from lunarsim.kernels.forces import gravity_grid as kernels
from lunarsim.kernels.forces.gravity_grid import ResidualGrid
from lunarsim.moon.gravity.cache import StoredGrid, load_grid, store_grid
from lunarsim.moon.gravity.field import GravityField
from lunarsim.moon.gravity.spline import TRIALS, Recipe, corridor_chart, fit, measure, whole_moon_charts

_ALTITUDE = Number(unit=u.m, low=-100e3, high=FAR_M)  # the residual grows fast below the deepest ground, -9.2 km
_MARGIN = Number(unit=u.m, low=0.0, high=AROUND_M)
_SPACING = Number(unit=u.rad, low=1e-9, high=3.2)  # 2 mm on the ground, to half a turn
_MOST_COEFFICIENTS = 2**27  # 1 GB
_CELLS_PER_WAVELENGTH = 4.6  # of the highest degree: 6e-8 of the central term at most, for LP165P to degree 150


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class GriddedField:
    """A gravity field whose part above a low degree is interpolated. Made by :meth:`build`.

    Between the two altitudes, and inside the corridor if there is one, the acceleration is that of the harmonics
    up to the low degree plus the gradient of a spline of the residual potential. Elsewhere it is that of the
    exact field, at its full cost. Where charts meet and where the grid ends, the acceleration jumps by the grid's
    error. :meth:`covers` says where the grid is used.

    Attributes
    ----------
    recipe : Recipe
        The exact field, the low degree, the span, the charts.
    coefficients : ndarray
        Of the splines, m2/s2.
    error_max, error_rms : float
        Difference to the exact field at random points of the grid when it was built, over GM / r**2.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> field = ls.GravityField.grail(degree=4)
    >>> gridded = ls.GriddedField.build(field, altitude=[0, 20] * u.km, spacing=5 * u.deg, cache="grids")
    >>> print(gridded.name)
    GRGM900C to degree 4, gridded
    """

    recipe: Recipe
    coefficients: NDArray[np.float64]
    error_max: float
    error_rms: float

    @classmethod
    def build(
        cls,
        field: GravityField,
        *,
        low_degree: int = 2,
        altitude: u.Quantity = (-10.0, 120.0) * u.km,
        corridor: u.Quantity | None = None,
        margin: u.Quantity = 100.0 * u.km,
        spacing: u.Quantity | None = None,
        cache: str | Path | None = None,
    ) -> GriddedField:
        """Return the gridded field, from the cache on disk if the same was built before.

        Parameters
        ----------
        field : GravityField
            The exact field.
        low_degree : int
            Degrees that stay harmonics; the default leaves J2 and C22 there.
        altitude : Quantity
            Shape (2,): lowest and highest altitude above the 1737.4 km sphere. The Moon's ground begins at -9.2 km.
        corridor : Quantity, optional
            Shape (n, 3): positions in PA along the flights that need the grid; default: the whole Moon.
        margin : Quantity
            How far the corridor reaches on the ground beyond those positions.
        spacing : Quantity, optional
            Size of the cells, an angle; default: 1 / 4.6 of the highest degree's wavelength. In radius the cells
            are as long as on the ground.
        cache : str or Path, optional
            Folder for finished grids; default: ``LUNARSIM_CACHE``, or the user's cache folder.

        Raises
        ------
        InputError
            If the altitudes, the low degree, the spacing or the corridor have no sense.
        """
        if not isinstance(field, GravityField) or field.degree < 1:
            raise InputError(f"field = {field!r}: expected a GravityField of degree 1 or more")
        low_degree = int(checks.number("low_degree", low_degree, minimum=0, maximum=field.degree - 1))
        bottom, top = _ALTITUDE.checked("altitude", altitude, shape=(2,)).value
        if not bottom < top:
            raise InputError(f"altitude = {altitude}: expected the lower altitude first, then the higher")
        if spacing is None:
            spacing = 360.0 / (_CELLS_PER_WAVELENGTH * field.degree) * u.deg
        step = float(_SPACING.checked("spacing", spacing).value)
        if corridor is None:
            charts = whole_moon_charts(step)
        else:
            reach = float(_MARGIN.checked("margin", margin).value)
            charts = (corridor_chart(_positions("corridor", corridor), reach, step),)
        recipe = Recipe(
            field=field, low_degree=low_degree, bottom_m=float(bottom), top_m=float(top), step_rad=step, charts=charts
        )
        if recipe.size > _MOST_COEFFICIENTS:
            raise InputError(
                f"the grid would have {recipe.size:.1e} coefficients, at most {_MOST_COEFFICIENTS:.0e} are made: "
                "give a wider spacing, a narrower altitude or a corridor"
            )
        stored = load_grid(recipe, cache)
        if stored is None:
            stored = _make(recipe)
            store_grid(recipe, stored, cache)
        return cls(
            recipe=recipe,
            coefficients=stored.coefficients,
            error_max=stored.error_max,
            error_rms=stored.error_rms,
        )

    @property
    def name(self) -> str:
        """The exact field's name, and that it is gridded."""
        return f"{self.field.name}, gridded"

    @property
    def field(self) -> GravityField:
        """The exact field."""
        return self.recipe.field

    def covers(self, position: u.Quantity) -> NDArray[np.bool_]:
        """Return for each position (PA, shape (3,) or (n, 3)) whether the grid is used there."""
        inside: NDArray[np.bool_] = kernels.covered(_positions("position", position), self.lower())
        return inside.reshape(position.shape[:-1])

    def describe(self) -> str:
        """Return what the grid is in a few lines, with its error as measured when it was built."""
        recipe = self.recipe
        where = "the whole Moon" if len(recipe.charts) > 1 else "a corridor"
        return "\n".join(
            (
                f"{recipe.field.name}, degrees {recipe.low_degree + 1} to {recipe.field.degree} gridded over {where}",
                f"  altitude {recipe.bottom_m / 1e3:g} to {recipe.top_m / 1e3:g} km, cells of "
                f"{np.rad2deg(recipe.step_rad):.3f} deg, {self.coefficients.nbytes / 1e6:.1f} MB",
                f"  error over the central term at {TRIALS} random points: at most {self.error_max:.1e}, "
                f"rms {self.error_rms:.1e}",
                "  elsewhere the exact field",
            )
        )

    def lower(self) -> ResidualGrid:
        """Return the grid as the kernels take it."""
        return self._lowered

    @cached_property
    def _lowered(self) -> ResidualGrid:
        return self.recipe.assemble(self.coefficients)


def _make(recipe: Recipe) -> StoredGrid:
    coefficients = fit(recipe)
    error_max, error_rms = measure(recipe, coefficients)
    return StoredGrid(coefficients=coefficients, error_max=error_max, error_rms=error_rms)


def _positions(name: str, value: u.Quantity) -> NDArray[np.float64]:
    r: NDArray[np.float64] = checks.quantity(name, value, u.m, shape=None).value
    if r.ndim not in {1, 2} or r.shape[-1] != 3 or r.size == 0 or not np.all(np.linalg.norm(r, axis=-1) > 0.0):
        raise InputError(f"{name} has shape {r.shape}: expected shape (3,) or (n, 3), no position at the centre")
    return np.atleast_2d(r)
