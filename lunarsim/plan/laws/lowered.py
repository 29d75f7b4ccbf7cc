"""What every guidance law becomes for the kernels."""

from __future__ import annotations

from typing import ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray


class LoweredLaw(NamedTuple):
    """A guidance law in plain numbers (SI)."""

    code: int  #: of :mod:`lunarsim.kernels.guidance.law`
    frame: int  #: LEVEL or SITE, of :mod:`lunarsim.kernels.guidance.situation`
    parameters: NDArray[np.float64]  #: in the places of :mod:`lunarsim.kernels.guidance.memory`


class GuidanceLaw(Protocol):
    """What a phase flies by."""

    title: ClassVar[str]

    def lower(self) -> LoweredLaw:
        """Return the law's code, frame and parameters."""
        ...
