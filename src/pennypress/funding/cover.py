"""The fee on top: what is to be charged so that a gift arrives whole. Exact integers, in minor units."""

from dataclasses import dataclass
from decimal import Decimal

from pennypress.lib.money import THREE_DECIMALS, exponent

# A fee's share is counted in hundredths of a per cent.
WHOLE = 10_000
# Charges in currencies with three decimals have a last digit of zero (see providers/stripe/currencies.py).
STEP_OF_THREE_DECIMALS = 10


@dataclass(frozen=True)
class Fee:
    """What is taken of a payment: a share of what is charged, and a fixed part."""

    basis_points: int
    fixed: int
    currency: str

    @property
    def per_cent(self) -> Decimal:
        return Decimal(self.basis_points) / 100

    def charge_for(self, amount: int) -> int:
        """The smallest charge of which at least `amount` is left after the fee, however the fee's fraction is rounded.

        The formula is Stripe's own, charge = (goal + fixed) / (1 - share)
        (https://support.stripe.com/questions/passing-the-stripe-fee-on-to-customers), rounded up to whole minor units:
        with charge - goal - fixed a whole number no less than charge * share, even a fee rounded up leaves the goal.
        """
        step = STEP_OF_THREE_DECIMALS if exponent(self.currency) == THREE_DECIMALS else 1
        kept = (WHOLE - self.basis_points) * step
        return -(-(amount + self.fixed) * WHOLE // kept) * step

    def added_to(self, amount: int) -> int:
        """What comes on top of the gift."""
        return self.charge_for(amount) - amount


def share_of(amount: int, *, covered: int, of: int) -> int:
    """The part of a changed amount that covers the fee, where `covered` of `of` did before."""
    return amount * covered // of
