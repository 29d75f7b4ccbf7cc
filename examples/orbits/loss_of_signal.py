"""
Silent behind the limb, or on the ground?
=========================================

Contact with Luna-25 was lost at about 11:57 UTC on 19 August 2023. On the planned orbit the 64 m antenna at Bear Lakes
would have lost sight of it 13 minutes later. The scenario's orbit was fitted to the time of the loss; that the limb had
no part in it was not put in.
"""

import matplotlib.pyplot as plt
from astropy import units as u
from astropy.coordinates import EarthLocation

import lunarsim as ls

station = ls.detectors.StationInView(
    name="Bear Lakes",
    location=EarthLocation.from_geodetic(lon=37.95 * u.deg, lat=55.87 * u.deg),
    minimum_elevation=5 * u.deg,
)
scenario = ls.load_scenario("luna25")
lost = scenario.published["loss_of_contact"]
flights = {
    "planned": ls.simulate(scenario.without_faults(), detect=[station]),
    "flown": ls.simulate(scenario, detect=[station]),
}
ax = ls.plots.altitude_profile(*flights.values(), labels=list(flights))
sets = [event for event in flights["planned"].timeline if event.kind is ls.EventKind.SET]
ignition = flights["flown"].burns[0].ignition
for time, words in ((lost, "contact lost"), (sets[0].time, "the planned orbit sets")):
    minutes = (time - ignition).to_value(u.min)
    ax.axvline(minutes, color="0.4", linestyle=":", linewidth=1)
    ax.text(minutes, 0.6, words, rotation=90, va="top", ha="right", size=8, transform=ax.get_xaxis_transform())
plt.show()

assert not [event for event in flights["flown"].timeline if event.kind is ls.EventKind.SET]
assert abs(flights["flown"].end - lost) < 60 * u.s
assert sets[0].time - lost > 10 * u.min
