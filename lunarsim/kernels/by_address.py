"""Calls by address: what calls a function of the user's, or of ours, is compiled once for all of them.

numba types a function that is handed over by the function itself, so that a driver would be compiled anew for each,
minutes each; an address is a number. See decision 0016.
"""

from collections.abc import Callable
from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


def address_of(function: Callable[..., Any], takes: tuple[Any, ...], gives: Any) -> int:
    """Return where the machine code of a function lies in this process, compiled or read from disk if it was not yet.

    Parameters
    ----------
    function : callable
        That numba compiles.
    takes : tuple of numba types
        Its arguments.
    gives : numba type
        What it returns.

    Raises
    ------
    numba.core.errors.NumbaError
        If the function cannot be compiled for these arguments.
    TypeError
        If it gives something else.
    """
    dispatcher: Any = function
    if takes not in dispatcher.overloads:
        dispatcher.compile(takes)
    compiled = dispatcher.overloads[takes]
    if compiled.signature.return_type != gives:
        raise TypeError(f"gives {compiled.signature.return_type}")
    return int(compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name))


@intrinsic
def _floats_at(_context: Any, address: Any) -> Any:  # noqa: ARG001
    """Return a pointer to the floats at an address, for ``numba.carray``; the caller answers for their being there."""

    def point(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

    return types.CPointer(types.float64)(types.int64), point  # type: ignore[no-untyped-call]


#: A pointer to the floats at an address, which kernels hand to ``numba.carray``.
floats_at: Any = _floats_at


def calling(gives: Any) -> Any:
    """Return what kernels call as ``called(address, (first, second, ...))`` to have what a function there returns.

    An exception of the function's goes on to the caller.
    """

    @intrinsic
    def called(_context: Any, address: Any, arguments: Any) -> Any:
        signature = gives(address, arguments)

        def call(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            convention = context.call_conv
            takes = tuple(signature.args[1])
            function = convention.get_function_type(signature.return_type, takes)
            pointer = builder.inttoptr(args[0], function.as_pointer())
            handed = cgutils.unpack_tuple(builder, args[1], len(takes))  # type: ignore[no-untyped-call]
            status, returned = convention.call_function(builder, pointer, signature.return_type, takes, handed)
            with cgutils.if_unlikely(builder, status.is_error):  # type: ignore[no-untyped-call]
                convention.return_status_propagate(builder, status)
            return returned

        return signature, call

    return called
