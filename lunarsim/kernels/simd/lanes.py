"""Eight floats that are reckoned with as one: vector arithmetic that a kernel asks for by name.

A compiler finds vector operations only in simple loops. ``Lanes`` lets a kernel keep several running sums
in vector registers; LLVM cuts the eight into what the processor has (one AVX-512 register, two of AVX,
four of SSE or NEON). Adding and multiplying may fuse; nothing else is reordered.

Lanes and floats mix in ``+ - * /`` and ``sqrt``, so that one kernel, written once, serves a single point
when it is given floats and eight points when it is given lanes.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic, lower_builtin, models, register_model, type_callable

WIDTH = 8
_VECTOR = ir.VectorType(ir.DoubleType(), WIDTH)
_INDEX = ir.IntType(32)


class Lanes:
    """Eight floats in compiled code, and only there; the kind of the arguments and results below."""


class LanesType(types.Type):
    """numba's type of :class:`Lanes`."""

    def __init__(self) -> None:
        super().__init__(name="Lanes")


_lanes = LanesType()


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, data_model_manager: Any, fe_type: Any) -> None:
        super().__init__(data_model_manager, fe_type, _VECTOR)


def _splat(builder: Any, scalar: Any) -> Any:
    one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), scalar, _INDEX(0))
    return builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(_INDEX, WIDTH), [0] * WIDTH))


def _check_array(array: Any) -> None:
    if not (
        isinstance(array, types.Array) and array.ndim == 1 and array.layout == "C" and array.dtype == types.float64
    ):
        raise TypingError(f"{array}: lanes are loaded from one contiguous row of float64")


def _address(context: Any, builder: Any, array_type: Any, array: Any, start: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [start])


@intrinsic
def everywhere(typing_context: Any, value: Any) -> Any:  # noqa: ARG001
    """Return lanes that all hold ``value``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        scalar = context.cast(builder, arguments[0], signature.args[0], types.float64)
        return _splat(builder, scalar)

    return _lanes(value), generate


@intrinsic
def load(typing_context: Any, array: Any, start: Any) -> Any:  # noqa: ARG001
    """Return ``array[start : start + 8]``; the caller answers for its being inside the array."""
    _check_array(array)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = _address(context, builder, signature.args[0], *arguments)
        value = builder.load(builder.bitcast(address, _VECTOR.as_pointer()))
        value.align = 8
        return value

    return _lanes(array, types.intp), generate


@intrinsic
def load_first(typing_context: Any, array: Any, start: Any, count: Any) -> Any:  # noqa: ARG001
    """Return ``array[start : start + count]`` in the first lanes and zero in the others."""
    _check_array(array)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, start, count = arguments
        address = _address(context, builder, signature.args[0], array, start)
        index_vector = ir.VectorType(count.type, WIDTH)
        numbers = ir.Constant(index_vector, list(range(WIDTH)))
        one = builder.insert_element(ir.Constant(index_vector, ir.Undefined), count, _INDEX(0))
        zeros = ir.Constant(ir.VectorType(_INDEX, WIDTH), [0] * WIDTH)
        mask = builder.icmp_signed("<", numbers, builder.shuffle_vector(one, one, zeros))
        pointer = builder.bitcast(address, _VECTOR.as_pointer())
        kind = ir.FunctionType(_VECTOR, [pointer.type, _INDEX, mask.type, _VECTOR])
        masked = cgutils.get_or_insert_function(builder.module, kind, "llvm.masked.load.v8f64.p0")
        return builder.call(masked, [pointer, _INDEX(8), mask, ir.Constant(_VECTOR, [0.0] * WIDTH)])

    return _lanes(array, types.intp, types.intp), generate


@intrinsic
def lane(typing_context: Any, value: Any, number: Any) -> Any:  # noqa: ARG001
    """Return one of the eight floats."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        return builder.extract_element(arguments[0], arguments[1])

    return types.float64(_lanes, types.intp), generate


@intrinsic
def with_lane(typing_context: Any, value: Any, number: Any, scalar: Any) -> Any:  # noqa: ARG001
    """Return the lanes with one of the eight floats replaced."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        value, number, scalar = arguments
        return builder.insert_element(value, scalar, number)

    return _lanes(_lanes, types.intp, types.float64), generate


@intrinsic
def total(typing_context: Any, value: Any) -> Any:  # noqa: ARG001
    """Return the sum of the eight floats."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        kind = ir.FunctionType(ir.DoubleType(), [ir.DoubleType(), _VECTOR])
        reduce = cgutils.get_or_insert_function(builder.module, kind, "llvm.vector.reduce.fadd.v8f64")
        return builder.call(reduce, [ir.DoubleType()(-0.0), arguments[0]], fastmath=("reassoc",))

    return types.float64(_lanes), generate


@intrinsic
def store(typing_context: Any, value: Any, array: Any, start: Any) -> Any:  # noqa: ARG001
    """Write the eight floats to ``array[start : start + 8]``; the caller answers for its being inside the array."""
    _check_array(array)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = _address(context, builder, signature.args[1], *arguments[1:])
        builder.store(arguments[0], builder.bitcast(address, _VECTOR.as_pointer()), align=8)
        return context.get_dummy_value()

    return types.none(_lanes, array, types.intp), generate


@type_callable(math.sqrt)
def _kind_of_root(context: Any) -> Any:  # noqa: ARG001
    return lambda value: _lanes if value == _lanes else None


@lower_builtin(math.sqrt, LanesType)
def _root(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
    root = cgutils.get_or_insert_function(builder.module, ir.FunctionType(_VECTOR, [_VECTOR]), "llvm.sqrt.v8f64")
    return builder.call(root, arguments)


@type_callable(operator.neg)
def _kind_of_negative(context: Any) -> Any:  # noqa: ARG001
    return lambda value: _lanes if value == _lanes else None


@lower_builtin(operator.neg, LanesType)
def _negative(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
    return builder.fneg(arguments[0])


def _result_kind(left: Any, right: Any) -> Any:
    others = [kind for kind in (left, right) if kind != _lanes]
    return _lanes if len(others) < 2 and all(isinstance(kind, types.Number) for kind in others) else None


def _as_vector(context: Any, builder: Any, value: Any, kind: Any) -> Any:
    return value if kind == _lanes else _splat(builder, context.cast(builder, value, kind, types.float64))


def _teach_operator(function: Callable[..., Any], instruction: str) -> None:
    @type_callable(function)
    def kind(context: Any) -> Any:  # noqa: ARG001
        return _result_kind

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        both = [_as_vector(context, builder, *pair) for pair in zip(arguments, signature.args, strict=True)]
        return getattr(builder, instruction)(*both, flags=("contract", "nsz"))

    for left, right in ((LanesType, LanesType), (LanesType, types.Number), (types.Number, LanesType)):
        lower_builtin(function, left, right)(generate)


for _function, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _teach_operator(_function, _instruction)
