"""How numba compiles what only kernels call: to intermediate code, which becomes machine code once, in the kernel.

numba optimises each function with all that it calls, makes machine code of it, and does so again in each caller: in a
chain of five calls the innermost function is compiled five times. Here it is left as it was lowered, and the kernel at
the end of the chain compiles the whole. The steps are numba's own (its way to customise a compiler), but for the
library, which is private: see decision 0017.
"""

from __future__ import annotations

from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering


class _Intermediate(JITCodeLibrary):
    """Code that is linked into its callers, and optimised and run only there."""

    def finalize(self) -> None:
        """Link what it calls, and leave the rest to the caller."""
        self._raise_if_finalized()  # type: ignore[no-untyped-call]
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalize_dynamic_globals()  # type: ignore[no-untyped-call]
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)  # type: ignore[no-untyped-call]
class _LoweringForCallers(NativeLowering):
    """Lowers a function, and lets kernels find it."""

    _name = "lowering_for_callers"

    def run_pass(self, state: Any) -> bool:
        """Lower the function of a compilation."""
        codegen, name = state.targetctx.codegen(), state.func_id.func_qualname
        state.library = _Intermediate(codegen, name)  # type: ignore[no-untyped-call]
        state.library.enable_object_caching()
        state.flags.no_compile = True
        super().run_pass(state)  # type: ignore[no-untyped-call]

        entry = list[Any]().append  # a built-in function, by which numba knows this one; nobody calls it
        state.targetctx.insert_user_function(entry, state["cr"].fndesc, [state.library])
        state["cr"] = state["cr"]._replace(cfunc=entry)
        return True


class ForCallers(CompilerBase):
    """numba's compiler, but for its last step."""

    def define_pipelines(self) -> list[Any]:
        """Return the steps."""
        manager = DefaultPassBuilder.define_nopython_pipeline(self.state)  # type: ignore[no-untyped-call]
        manager.passes = [
            (_LoweringForCallers, text) if step is NativeLowering else (step, text) for step, text in manager.passes
        ]
        manager._finalized = False
        manager.finalize()
        return [manager]


#: Options of numba for what only kernels call: no code by which Python would call it, no machine code of its own.
OPTIONS: Any = {
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "pipeline_class": ForCallers,
}
