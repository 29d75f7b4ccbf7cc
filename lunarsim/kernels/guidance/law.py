"""How a guidance law is called: by its address, so that what calls it is compiled once, for any law.

A law is a function of a :class:`~lunarsim.kernels.guidance.situation.Situation`, its parameters and its memory, and
gives the acceleration by thrust (m/s2, local axes) that it wants. numba types a function that is handed over by the
function itself, so that a driver would be compiled anew for each law, minutes each; an address is a number.
"""

from collections.abc import Callable
from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from lunarsim.kernels.guidance.situation import Situation

# Where the thrust axis points while a law wants no thrust.
AS_IT_WAS, UPRIGHT, FREE = 0, 1, 2

_THREE: Any = types.UniTuple(types.float64, 3)  # type: ignore[no-untyped-call]
_VECTORS = frozenset({"position", "velocity", "free", "scale", "attitude"})
_NUMBERS = types.Array(types.float64, 1, "C")

#: What a law takes: the situation, its parameters and its memory.
ARGUMENTS = (
    types.NamedTuple(  # type: ignore[no-untyped-call]
        [_THREE if name in _VECTORS else types.float64 for name in Situation._fields], Situation
    ),
    _NUMBERS,
    _NUMBERS,
)


def address_of(law: Callable[..., Any]) -> int:
    """Return where the machine code of a law lies in this process, compiled or read from disk if it was not yet.

    Raises
    ------
    numba.core.errors.NumbaError
        If the function cannot be compiled for these arguments.
    TypeError
        If it gives something else than three floats.
    """
    dispatcher: Any = law
    if ARGUMENTS not in dispatcher.overloads:
        dispatcher.compile(ARGUMENTS)
    compiled = dispatcher.overloads[ARGUMENTS]
    if compiled.signature.return_type != _THREE:
        raise TypeError(f"gives {compiled.signature.return_type}")
    return int(compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name))


@intrinsic
def _called(_context: Any, address: Any, s: Any, p: Any, m: Any) -> Any:
    """Return what the law at an address wants; an exception of the law's goes on to the caller."""
    signature = _THREE(address, s, p, m)

    def call(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        convention = context.call_conv
        takes = signature.args[1:]
        function = convention.get_function_type(signature.return_type, takes)
        pointer = builder.inttoptr(args[0], function.as_pointer())
        status, wanted = convention.call_function(builder, pointer, signature.return_type, takes, args[1:])
        with cgutils.if_unlikely(builder, status.is_error):  # type: ignore[no-untyped-call]
            convention.return_status_propagate(builder, status)
        return wanted

    return signature, call


called: Any = _called  # numba's types say nothing of intrinsics
