from contextvars import ContextVar

from pennypress.lib.prepared import Prepared
from pennypress.newsroom.models import Newsroom

_current: ContextVar[Newsroom | None] = ContextVar("current_newsroom", default=None)


def load_newsroom(*, with_front_page: bool = True) -> Newsroom | None:
    """The newsroom with its site and front page, or None before set-up. One query."""
    return (_with_front_page if with_front_page else _newsroom).first()


_with_front_page = Prepared(lambda: Newsroom.objects.select_related("site__root_page").order_by("pk")[:1])
_newsroom = Prepared(lambda: Newsroom.objects.select_related("site").order_by("pk")[:1])


def current_newsroom() -> Newsroom:
    """The newsroom of this request or job; read anew where there is neither.

    Raises Newsroom.DoesNotExist before set-up.
    """
    newsroom = _current.get() or load_newsroom()
    if newsroom is None:
        raise Newsroom.DoesNotExist("This site has not been set up.")
    return newsroom
