"""
A fault of one's own
====================

Engines that give less thrust than is commanded, from a moment on: what it makes of Chandrayaan-3's landing. The
computer does not know; guidance makes up for a twentieth, and not for a fifth that is lost early.
"""

from dataclasses import replace

import matplotlib.pyplot as plt
from astropy import units as u

import lunarsim as ls


@ls.fault("loss of thrust")
class LossOfThrust(ls.Fault):
    """The engines give less thrust than is commanded; the computer does not know."""

    lost: float = ls.number(0.1, u.one, low=0.0, high=1.0, text="Share of the thrust that is lost.")

    def apply(self, craft: ls.Spacecraft) -> ls.Spacecraft:
        """Return the craft with less thrust than its engine's number says, which is what the computer goes by."""
        return replace(craft, engine=replace(craft.engine, thrust_error=-self.lost))


sound = ls.load_scenario("chandrayaan3")
figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
verdicts = {}
for lost, onset in ((0.05, 0), (0.2, 0), (0.2, 600)):
    fault = LossOfThrust(lost=lost, onset=onset * u.s, cause="for the example")
    flight = ls.simulate(sound.with_faults(fault))
    assert isinstance(flight.outcome, ls.Landed)
    verdicts[lost, onset] = flight.outcome.verdict
    label = f"{100 * lost:.0f} % from {onset} s on: {flight.outcome.verdict.value}"
    ax.plot(flight.elapsed.to_value(u.s), flight.altitude.to_value(u.km), label=label)
ax.set(xlabel="Time (s)", ylabel="Altitude (km)", title="Thrust lost")
ax.legend(frameon=False)
plt.show()

assert verdicts[0.05, 0] is ls.Verdict.LANDED
assert verdicts[0.2, 0] is not ls.Verdict.LANDED
