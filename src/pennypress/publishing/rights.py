"""The newspaper itself is nobody's personal data; who may have edited it is the newsroom's record."""

from django.utils.translation import gettext_lazy as _

from pennypress.readers.account_part import DESK
from pennypress.readers.rights import Part, register

PAGES = ("ArticlePage", "AuthorPage", "FrontPage", "PlainPage", "SectionPage", "NewsImage")

CORRECTIONS = _("A correction stays with its article; the name it thanks goes with the comment that led to it.")

register(Part("corrections", kept={"publishing.Correction": CORRECTIONS}))
register(Part("newspaper", kept={f"publishing.{name}": DESK for name in PAGES}))
