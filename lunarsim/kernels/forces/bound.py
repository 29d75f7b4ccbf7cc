"""The equations of motion bound to one flight's parameters, so that a call from Python hands over a pointer.

numba takes a named tuple apart at each call from Python, which for the forty parts of an environment costs
ten times what the physics does. A bound motion is taken apart once.
"""

from typing import Any

import numpy as np
from numba import types
from numba.experimental import structref
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.forces.motion import Environment, Propulsion, derivative


def what_moves(environment: Environment) -> Environment:
    """Return an environment without what is not there: cells of a grid, light, forces of the user's own.

    A flight then compiles only what moves it.
    """
    left_out: dict[str, Any] = {}
    if environment.field.start.size == 0:
        left_out["field"] = environment.field.exact
    if environment.sunlight.strength_n_m2 == 0.0:
        left_out["sunlight"] = None
    if environment.forces.addresses[0] == 0:
        left_out["forces"] = None
    return environment._replace(**left_out)


@structref.register
class BoundMotionType(types.StructRef):
    """numba's type of :class:`BoundMotion`."""

    def preprocess_fields(self, fields: Any) -> Any:
        """Return the fields' types without their literal values."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)  # type: ignore[no-untyped-call]


class BoundMotion(structref.StructRefProxy):
    """An environment and a propulsion setting, held on numba's side."""

    def __new__(cls, environment: Environment, propulsion: Propulsion) -> "BoundMotion":
        """Hand both over."""
        bound: BoundMotion = _bind(what_moves(environment), propulsion)
        return bound


structref.define_proxy(BoundMotion, BoundMotionType, ["environment", "propulsion"])  # type: ignore[no-untyped-call]


@kernel
def _bind(environment: Environment, propulsion: Propulsion) -> Any:
    return BoundMotion(environment, propulsion)


@kernel
def bound_derivative(t_s: float, y: NDArray[np.float64], bound: Any) -> NDArray[np.float64]:
    """Return :func:`lunarsim.kernels.forces.motion.derivative` for a bound motion."""
    return derivative(t_s, y, bound.environment, bound.propulsion)
