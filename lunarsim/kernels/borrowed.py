"""Arrays without an owner: what a kernel only reads and writes, and whoever calls it keeps alive.

numba counts who holds an array, up and down at each call that it is handed to, with a locked instruction; a run hands
some twenty arrays of the Moon and its sky down five calls, thousands of times. Measured: half of the time of a run at
10 m was counting, and two threads that count the same arrays wait for each other. An array without an owner is not
counted.
"""

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def _borrowed(_context: Any, value: Any) -> Any:
    """Return an array, or a tuple with all arrays in it, without its owner; the caller answers for its being kept."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _without_owner(context, builder, signature.args[0], args[0])

    return value(value), generate


def _without_owner(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)  # type: ignore[no-untyped-call]
        return array._getvalue()
    if isinstance(kind, types.BaseTuple):
        for i, part in enumerate(kind):  # type: ignore[var-annotated,arg-type]
            own = _without_owner(context, builder, part, builder.extract_value(value, i))
            value = builder.insert_value(value, own, i)
    return value


#: What kernels write around an array, or a tuple with arrays in it, that their callers hold.
borrowed: Any = _borrowed
