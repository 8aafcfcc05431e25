from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string

from pennypress.lib.ids import uuid7
from pennypress.newsroom.queries import current_newsroom
from pennypress.notifications.actions import post_text


class AccountAdapter(DefaultAccountAdapter):
    """The one place where allauth's ways meet ours: its mails go through the outbox."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        context = {"newsroom": current_newsroom(), "current_site": SiteName(), "email": email, **context}
        subject = render_to_string(f"{template_prefix}_subject.txt", context)
        text = render_to_string(f"{template_prefix}_message.txt", context)
        post_text(
            to=email, subject=f"{current_newsroom().name}: {subject.strip()}", text=text, key=f"account:{uuid7()}"
        )

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return "/admin/" if getattr(request.user, "is_staff", False) else "/account/"


class SiteName:
    """What allauth's mail templates call the site."""

    @property
    def name(self) -> str:
        return current_newsroom().name

    @property
    def domain(self) -> str:
        return settings.BASE_URL.partition("://")[2]
