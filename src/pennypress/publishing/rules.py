from django.utils.translation import gettext as _

from pennypress.publishing.models import ArticlePage
from pennypress.readers.models import User


class Refused(Exception):
    """The rules forbid it; the message is one sentence for the person who tried."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def may_correct(user: User, article: ArticlePage) -> bool:
    """Who may publish an article may correct it."""
    return bool(article.permissions_for_user(user).can_publish())


def check_may_correct(user: User, article: ArticlePage) -> None:
    """Raises Refused."""
    if not may_correct(user, article):
        raise Refused(_("Only those who may publish this article can correct it."))
    if not article.live:
        raise Refused(_("Only a published article can be corrected; change a draft instead."))
