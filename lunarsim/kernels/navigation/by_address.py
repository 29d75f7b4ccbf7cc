"""How a compiled driver has the navigation follow a leg: by its address, so that who has none compiles none of it."""

from typing import Any

from numba import typeof, types

from lunarsim.kernels.by_address import address_of, calling
from lunarsim.kernels.navigation.leg import follow

#: ``called(address, (leg, angles, field, ground, craft, own))``, the arguments of :func:`leg.follow`.
called: Any = calling(types.float64)


def address_for(*arguments: Any) -> int:
    """Return where the machine code of :func:`leg.follow` for such arguments lies in this process."""
    takes = tuple(typeof(each) for each in arguments)  # type: ignore[no-untyped-call]
    return address_of(follow, takes, types.float64)
