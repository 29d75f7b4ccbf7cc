"""
A margin, with its uncertainty
==============================

Propellant left after Apollo 11's descent over 200 dispersed flights. The lines are quantiles; the bands about them are
their 95 % intervals, which assume no distribution.
"""

import matplotlib.pyplot as plt

import lunarsim as ls

result = ls.load_campaign("apollo11").run(200, seed=1, chunk_size=50)
left = result.column("propellant_left_kg")
quantiles = [ls.statistics.quantile(left, q) for q in (0.05, 0.5, 0.95)]
for each in quantiles:
    print(each)
ls.plots.histogram(left, quantiles=quantiles, what="Propellant left (kg)")
plt.show()

ls.assert_campaign(result, "landed safely", at_least=0.95)
assert left.min() > 0
