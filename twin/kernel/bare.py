"""The bare memory of an array, for loops that hand a few arrays through many small functions.

An array is seven words to numba, and every index is looked at for a negative one; its address is one word, and indexes are taken as they
are. Whoever uses it answers for every index, and keeps the array alive. Records are references: `rows[k].level += 1` changes the array.
"""

from __future__ import annotations

import operator
from typing import Any

from numba import config, types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

__all__ = ["bare"]


class Bare(types.Type):  # type: ignore[misc]
    """Address of elements of one type."""

    def __init__(self, dtype: Any):
        self.dtype = dtype
        super().__init__(name=f"bare({dtype})")


@register_model(Bare)
class _Model(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, dmm: Any, fe_type: Bare):
        super().__init__(dmm, fe_type, dmm.lookup(fe_type.dtype).get_data_type().as_pointer())


@infer_global(operator.getitem)
class _Get(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        if isinstance(args[0], Bare) and isinstance(args[1], types.Integer):
            return signature(args[0].dtype, args[0], types.intp)
        return None


@infer_global(operator.setitem)
class _Set(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        if isinstance(args[0], Bare) and isinstance(args[1], types.Integer):
            return signature(types.none, args[0], types.intp, args[0].dtype)
        return None


@lower_builtin(operator.getitem, Bare, types.Integer)  # type: ignore[untyped-decorator]
def _load(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    dtype = sig.args[0].dtype
    where = builder.gep(args[0], [args[1]])
    if isinstance(dtype, types.Record):  # a reference
        return builder.bitcast(where, context.get_value_type(dtype))
    return context.unpack_value(builder, dtype, where)


@lower_builtin(operator.setitem, Bare, types.Integer, types.Any)  # type: ignore[untyped-decorator]
def _store(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    context.pack_value(builder, sig.args[0].dtype, args[2], builder.gep(args[0], [args[1]]))
    return context.get_dummy_value()


@intrinsic
def _bare(typingctx, array):  # type: ignore[no-untyped-def]
    """Address of the first element of a contiguous array."""
    kind = Bare(array.dtype)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = context.make_array(sig.args[0])(context, builder, args[0]).data
        return builder.bitcast(data, context.get_value_type(sig.return_type))

    return kind(array), generate


def _array_itself(array: Any) -> Any:
    """Without the compiler (NUMBA_DISABLE_JIT)."""
    return array


bare = _array_itself if config.DISABLE_JIT else _bare
