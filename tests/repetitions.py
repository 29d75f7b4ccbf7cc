"""How many examples property tests draw: a quarter in the default run, all of them with ``-m slow``."""

from hypothesis import settings

DEFAULT = 30  #: examples of a property test that says nothing else
FEW, ALL = "lunarsim", "all"  #: the profiles

for name, count in ((FEW, DEFAULT // 4), (ALL, DEFAULT)):
    settings.register_profile(name, derandomize=True, deadline=None, max_examples=count)


def examples(count: int) -> settings:
    """Return settings that draw so many examples with ``-m slow``, and a quarter of them in the default run."""
    return settings(max_examples=max(count * settings.default.max_examples // DEFAULT, 3))
