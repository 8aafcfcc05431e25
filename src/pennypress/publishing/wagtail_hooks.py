from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets import Button
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from pennypress.publishing import desk
from pennypress.publishing.models import ArticlePage, Byline, SectionPage
from pennypress.publishing.rules import may_correct


class BylineViewSet(SnippetViewSet):
    model = Byline
    icon = "user"
    menu_label = _("Bylines")
    add_to_admin_menu = True
    list_display = ["name", "slug"]


register_snippet(BylineViewSet)


class CorrectionsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(desk.ACCESS))


@hooks.register("register_admin_menu_item")
def corrections_menu() -> MenuItem:
    return CorrectionsMenuItem(_("Corrections"), reverse("corrections_desk"), icon_name="check", order=305)


class WritePanel(Component):
    """The first thing on the desk: a way to an empty article, for each section its writer may write in."""

    name = "write"
    order = 10
    template_name = "publishing/admin_write.html"

    def __init__(self, user: Any) -> None:
        self.user = user

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        may_add = PagePermissionPolicy().instances_user_has_permission_for(self.user, "add")
        return {
            "sections": SectionPage.objects.live().filter(pk__in=may_add.values("pk")).order_by("path"),
            "is_first": not ArticlePage.objects.exists(),
        }


@hooks.register("construct_homepage_panels")
def write_panel(request: HttpRequest, panels: list[Component]) -> None:
    panels.append(WritePanel(request.user))


@hooks.register("register_admin_urls")
def corrections_urls() -> list[URLPattern]:
    return [
        path("corrections/", desk.corrections, name="corrections_desk"),
        path("corrections/new/", desk.correct, name="corrections_new"),
        path("corrections/<uuid:correction_id>/withdrawal/", desk.withdraw, name="corrections_withdraw"),
    ]


@hooks.register("register_page_header_buttons")
def correct_button(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Beside the article in the editor, among what else one can do with it."""
    if isinstance(page.specific_deferred, ArticlePage) and page.live and may_correct(user, page):
        address = f"{reverse('corrections_new')}?article={page.pk}"
        yield Button(_("Publish a correction"), address, icon_name="check", priority=45)
