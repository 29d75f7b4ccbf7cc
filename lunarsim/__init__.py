"""lunarsim: what happens between lunar orbit and the lunar surface.

Describe (:class:`Scenario`), fly (:func:`simulate`, :func:`propagate`), look (:class:`Flight`, :mod:`lunarsim.plots`).
Names are loaded when they are first used; the stub beside this file lists them.
"""

import lazy_loader

__version__ = "0.1.0"

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    if name in __all__ or name.startswith("_"):
        return _load(name)
    from lunarsim.names import unknown  # noqa: PLC0415  (`import lunarsim` stays light)

    raise unknown(name, __all__)
