"""Who may come to the funding desk, and by which clock it runs."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from pennypress.newsroom.queries import current_newsroom

MANAGE = "funding.manage_funding"


def managing_money[View: Callable[..., HttpResponseBase]](view: View) -> View:
    """For those who manage money, and by the newsroom's clock: the admin's own is each editor's, and months are not."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with timezone.override(ZoneInfo(current_newsroom().time_zone)):
            return view(request, *args, **kwargs)

    return permission_required(MANAGE, raise_exception=True)(inner)  # type: ignore[return-value]
