"""
Apollo 11, as planned
=====================

The guidance laws of the Lunar Module's computer fly the descent of 20 July 1969: braking, approach, vertical descent.
The points are rows of the premission table (NASA TN D-6846).
"""

from typing import Any

import matplotlib.pyplot as plt

import lunarsim as ls

apollo = ls.load_scenario("apollo11")
eagle = ls.simulate(apollo)
print(eagle.outcome)
ls.plots.descent_profile(eagle)
plt.show()

high_gate: Any = next(row for row in apollo.published_profile if "high gate" in row.label.lower())
there = eagle.at(eagle.phases[0].start + high_gate.time)
assert isinstance(eagle.outcome, ls.Landed)
assert abs(there.speed - high_gate.speed) < 0.03 * high_gate.speed
assert eagle.outcome.verdict is ls.Verdict.LANDED
