"""A fault of one's own, with a number and an onset: what a loss of thrust makes of Chandrayaan-3's landing."""

from dataclasses import replace

from astropy import units as u

import lunarsim as ls


@ls.fault("loss of thrust")
class LossOfThrust(ls.Fault):
    """The engines give less thrust than is commanded; the computer does not know."""

    lost: float = ls.number(0.1, u.one, low=0.0, high=1.0, text="Share of the thrust that is lost.")

    def apply(self, craft: ls.Spacecraft) -> ls.Spacecraft:
        """Return the craft with less thrust than its engine's number says, which is what the computer goes by."""
        return replace(craft, engine=replace(craft.engine, thrust_error=-self.lost))


def main() -> None:
    sound = ls.load_scenario("chandrayaan3")
    print("without a fault:", ls.simulate(sound).outcome)
    for lost in (0.05, 0.2):
        for onset in (0 * u.s, 600 * u.s):
            fault = LossOfThrust(lost=lost, onset=onset, cause="for the example")
            flight = ls.simulate(sound.with_faults(fault))
            print(f"{100 * lost:.0f} % less thrust from {onset:.0f} on:", flight.outcome)


if __name__ == "__main__":
    main()
