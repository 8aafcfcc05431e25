from collections.abc import Collection, Sequence

from django.db import transaction
from wagtail.models import Page

from pennypress.funding.models import Gift, Origin, Role, Touch, Wording
from pennypress.funding.visits import Visit


def note_origin(*, gift: Gift, visit: Visit) -> Origin | None:
    """Keep how a gift that was just begun came about: its newsletter, the appeal that was pressed, and the
    articles that are there and can earn.

    None, and nothing kept, for a visit that tells nothing. A gift that knows its origin keeps it.
    """
    return note_origins([(gift, visit)])[0]


def note_origins(visits: Sequence[tuple[Gift, Visit]]) -> list[Origin | None]:
    """The same for many gifts: what they read is looked up once for all of them."""
    earning = _earning({number for _gift, visit in visits for number in visit.articles})
    wordings = Wording.objects.in_bulk({visit.wording for _gift, visit in visits if visit.wording})
    made: list[Origin | None] = []
    touches: list[Touch] = []
    for gift, visit in visits:
        visit = visit.without(earning)
        wording = wordings.get(visit.wording) if visit.wording else None
        origin = None
        if not gift.origin_id and (visit.articles or visit.newsletter or wording):
            origin = gift.origin = Origin(newsletter=visit.newsletter, wording=wording)
            touches += _touches(origin, visit)
        made.append(origin)
    if not any(made):
        return made
    with transaction.atomic():
        Origin.objects.bulk_create([origin for origin in made if origin])
        Touch.objects.bulk_create(touches)
        Gift.objects.bulk_update(
            [gift for (gift, _visit), origin in zip(visits, made, strict=True) if origin], ["origin"]
        )
    return made


def inherit_origin(*, gift: Gift) -> None:
    """A regular gift that renews counts to what its pledge began with. The caller has the transaction."""
    if gift.pledge_id is None or gift.origin_id:
        return
    begun = Gift.objects.filter(pledge=gift.pledge_id, origin__isnull=False).order_by("created_at", "id")
    gift.origin_id = begun.values_list("origin_id", flat=True).first()
    if gift.origin_id:
        gift.save(update_fields=["origin"])


def forget_origins(*, emails: Collection[str]) -> None:
    """Cut what these addresses gave from what was read before it."""
    Origin.objects.filter(gifts__email__lower__in=emails).delete()


def _earning(numbers: Collection[int]) -> set[int]:
    """Those of these numbers that are public pages of a kind that earns: one that offers `credits_of`."""
    pages = Page.objects.live().filter(pk__in=numbers)
    return {page.pk for page in pages if hasattr(page.specific_class, "credits_of")} if numbers else set()


def _touches(origin: Origin, visit: Visit) -> list[Touch]:
    if not visit.articles:
        return []
    between = visit.between
    return [
        Touch(origin=origin, page_id=visit.first, role=Role.FIRST),
        Touch(origin=origin, page_id=visit.last, role=Role.LAST),
        *(
            Touch(origin=origin, page_id=number, role=Role.ASSISTED, place=place, of=len(between))
            for place, number in enumerate(between)
        ),
    ]
