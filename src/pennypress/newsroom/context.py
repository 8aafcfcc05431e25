from typing import Any

from django.http import HttpRequest

from pennypress.newsroom.models import Newsroom
from pennypress.newsroom.queries import current_newsroom


def newsroom(request: HttpRequest) -> dict[str, Any]:
    """`newsroom` in every template; None before set-up."""
    try:
        return {"newsroom": current_newsroom()}
    except Newsroom.DoesNotExist:
        return {"newsroom": None}
