"""
Where it comes down
===================

Luna-25's last burn, 4,000 times, with all that was not known of it. Where the accelerometer is off, the craft
strikes the Moon, whatever else scatters, on a line: tens of kilometres along the track, hundreds of metres across.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u

import lunarsim as ls

campaign = ls.load_campaign("luna25")
result = campaign.run(4000, seed=25, chunk_size=500)
print(result)
impacts = result.footprint("impact")
ellipse = impacts.ellipse(0.95)
ls.plots.footprint(
    impacts,
    ellipses=[ellipse],
    sites={"crater": campaign.scenario.sites["crater"]},
    downrange_azimuth=ellipse.azimuth_deg * u.deg,
    to_scale=False,
)
plt.show()

assert np.array_equal(result.column("faults.accelerometer off"), result.where("impact"))
assert ellipse.semi_major_m > 100 * ellipse.semi_minor_m
assert not result.cross_check(5).different
