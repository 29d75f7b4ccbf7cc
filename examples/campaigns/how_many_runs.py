"""
How many runs are enough
========================

The rate of impacts as runs come in, with its 95 % interval (Wilson): four times as many runs halve it. Run i depends on
the seed and on i alone, so the first hundred of a thousand are the hundred.
"""

import matplotlib.pyplot as plt
import numpy as np

import lunarsim as ls

result = ls.load_campaign("luna25").run(4096, seed=1, keep=["outcome"])
struck = result.where("impact")
counts = np.unique(np.geomspace(8, len(struck), 60).astype(int))
rates = [ls.statistics.rate(int(struck[:n].sum()), int(n)) for n in counts]

figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
ax.fill_between(
    counts, [100 * r.low for r in rates], [100 * r.high for r in rates], color="0.85", label="95 % interval"
)
ax.plot(counts, [100 * r.value for r in rates], color="#D55E00", label="share of the runs")
ax.axhline(50, color="0.4", linestyle=":", label="the fault's probability")
ax.set(xscale="log", xlabel="Runs", ylabel="Impacts (%)", ylim=(0, 100))
ax.legend(frameon=False)
plt.show()

assert rates[-1].low < 0.5 < rates[-1].high
