"""The newspaper itself is nobody's personal data; who may have edited it is the newsroom's record."""

from pennypress.readers.account_part import DESK
from pennypress.readers.rights import Part, register

PAGES = ("ArticlePage", "AuthorPage", "FrontPage", "PlainPage", "SectionPage", "NewsImage")

register(Part("newspaper", kept={f"publishing.{name}": DESK for name in PAGES}))
