"""What the newspaper knows of a person: that a byline is theirs. Who may have edited it is the newsroom's record."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from pennypress.publishing.models import Byline
from pennypress.readers.account_part import DESK
from pennypress.readers.rights import Part, Person, register

PAGES = ("ArticlePage", "AuthorPage", "FrontPage", "PlainPage", "SectionPage", "NewsImage")

CORRECTIONS = _("A correction stays with its article; the name it thanks goes with the comment that led to it.")


def export_bylines(person: Person) -> Any:
    own = Byline.objects.filter(account_id=person.user_id) if person.user_id else Byline.objects.none()
    return list(own.values("name", "bio"))


def erase_bylines(person: Person) -> bool:
    """The byline stays over what was published under it; that it was this account's is forgotten."""
    if person.user_id:
        Byline.objects.filter(account_id=person.user_id).update(account=None)
    return True


register(Part("newspaper", kept={f"publishing.{name}": DESK for name in PAGES}))
register(Part("bylines", export_bylines, erase_bylines, models=("publishing.Byline",)))
register(Part("corrections", kept={"publishing.Correction": CORRECTIONS}))
