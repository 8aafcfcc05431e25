"""A form whose answer leads to a provider's page: browsers hold `form-action` against where it leads, too."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.csp import CSP

from pennypress.funding.providers.registry import providers

type View = Callable[..., HttpResponse]


def leads_to_payment_pages(view: View) -> View:
    """Let forms of this page lead to the payment pages of the providers in use, and nothing else."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        origins = sorted({provider.page_origin for provider in providers() if provider.page_origin})
        if origins:
            # What Django's csp_override sets, with a policy that is known only now.
            response._csp_config = {**settings.SECURE_CSP, "form-action": [CSP.SELF, *origins]}  # type: ignore[attr-defined]
        return response

    return wrapped
