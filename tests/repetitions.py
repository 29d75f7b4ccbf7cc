"""How often tests repeat what they draw: a part of it in the default run, all of it with ``-m slow``."""

import pytest
from hypothesis import settings

DEFAULT = 30  #: examples of a property test that says nothing else
FEW, ALL = "lunarsim", "all"  #: the profiles

for name, count in ((FEW, DEFAULT // 4), (ALL, DEFAULT)):
    settings.register_profile(name, derandomize=True, deadline=None, max_examples=count)


def examples(count: int) -> settings:
    """Return settings that draw so many examples with ``-m slow``, and a quarter of them in the default run."""
    return settings(max_examples=max(count * settings.default.max_examples // DEFAULT, 3))


def repeated(few: int, many: int) -> pytest.MarkDecorator:
    """Return the mark of a test that takes a ``count``: a few by default, many with ``-m slow``."""
    return pytest.mark.parametrize("count", [few, pytest.param(many, marks=pytest.mark.slow)])
