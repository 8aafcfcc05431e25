"""What the books keep about a supporter. Gifts stay as the law demands; the promise of more ends."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pennypress.delivery.ready import changed
from pennypress.funding.actions import cancel_pledge
from pennypress.funding.actions.origins import forget_origins
from pennypress.funding.models import Cancellation, Gift, Honour, Pledge, WallEntry
from pennypress.funding.months import METER
from pennypress.readers.rights import Part, Person, register

BOOKS = gettext_lazy("Gifts stay in the books with their address, as long as the law on bookkeeping demands.")


def export_gifts(person: Person) -> Any:
    gifts = Gift.objects.filter(email__lower__in=person.emails).order_by("created_at", "id")
    pledges = Pledge.objects.filter(email__lower__in=person.emails).order_by("created_at", "id")
    said = Q(gift__email__lower__in=person.emails)
    found = {
        "wall": list(WallEntry.objects.filter(said).values("name", "message", "state", "created_at")),
        "in_honour": list(Honour.objects.filter(said).values("kind", "name", "by", "message", "email", "created_at")),
        "gifts": list(gifts.values("id", "email", "amount", "currency", "state", "created_at", "captured_at")),
        "monthly": list(
            pledges.values("id", "email", "amount", "currency", "active", "created_at", "cancellation__reason")
        ),
        "read_before": list(
            gifts.filter(origin__touches__isnull=False)
            .order_by("created_at", "id", "origin__touches__role", "origin__touches__place")
            .values("id", "origin__touches__role", "origin__touches__page__title")
        ),
    }
    return found if any(found.values()) else None


def end_pledges(person: Person) -> bool:
    for pledge in Pledge.objects.filter(email__lower__in=person.emails, active=True):
        cancel_pledge(pledge_id=pledge.pk, by=Cancellation.By.SUPPORTER)
    Cancellation.objects.filter(pledge__email__lower__in=person.emails).exclude(reason="").update(reason="")
    forget_origins(emails=person.emails)
    return True


def take_words_back(person: Person) -> bool:
    """Off the wall, and the cards with it: a link to one then leads nowhere. A card to this person goes as well."""
    with transaction.atomic():
        WallEntry.objects.filter(gift__email__lower__in=person.emails).delete()
        Honour.objects.filter(Q(gift__email__lower__in=person.emails) | Q(email__lower__in=person.emails)).delete()
        changed(METER)
    return True


def what_stays(person: Person) -> Iterator[Any]:
    if Gift.objects.filter(email__lower__in=person.emails).exists():
        yield BOOKS
    if Pledge.objects.filter(email__lower__in=person.emails, active=True).exists():
        yield _("Your monthly gift ends, and you get a mail that says so.")


register(Part("words", erase=take_words_back, models=("funding.WallEntry", "funding.Honour")))
register(
    Part(
        "gifts",
        export_gifts,
        end_pledges,
        models=("funding.Pledge",),
        # Who has brought in, decided or confirmed what stands beside it as on any voucher.
        kept={
            "funding.Attack": BOOKS,
            "funding.Gift": BOOKS,
            "funding.ProviderEvent": BOOKS,
            "funding.Statement": BOOKS,
            "funding.StatementRow": BOOKS,
            "funding.SecondLook": BOOKS,
            "funding.Mistake": BOOKS,
            "funding.Expense": BOOKS,
        },
        tells=what_stays,
    )
)
