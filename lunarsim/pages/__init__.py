"""Pages of flights and campaigns: one file of HTML each, that loads nothing. A name is loaded when it is first used."""

import lazy_loader as _lazy

_load, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    if name in __all__:
        return _load(name)
    from lunarsim.names import missing  # noqa: PLC0415  (only who errs waits for it)

    return missing(__name__, name)
