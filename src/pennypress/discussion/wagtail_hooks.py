from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.site_summary import SummaryItem

from pennypress.discussion import rich_text
from pennypress.discussion.queries import held_count
from pennypress.discussion.rules import may_moderate
from pennypress.discussion.views import desk
from pennypress.readers.words import sources


class DiscussionMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_moderate(request.user)


@hooks.register("register_admin_menu_item")
def discussion_menu() -> MenuItem:
    return DiscussionMenuItem(_("Discussion"), reverse("discussion_desk"), icon_name="comment", order=300)


class HeldCommentsItem(SummaryItem):
    """On the editor's first screen: how many comments wait for somebody to read them."""

    order = 50
    template_name = "discussion/admin_summary.html"

    def is_shown(self) -> bool:
        return may_moderate(self.request.user)

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        waiting = [(source, source.waiting()) for source in sources()]
        return {"held": held_count(), "waiting": [(source, number) for source, number in waiting if number]}


@hooks.register("construct_homepage_summary_items")
def held_comments(request: HttpRequest, items: list[SummaryItem]) -> None:
    items.append(HeldCommentsItem(request))


@hooks.register("register_admin_urls")
def discussion_urls() -> list[URLPattern]:
    return [
        path("discussion/", desk.queue, name="discussion_desk"),
        path("discussion/comments/<uuid:comment_id>/", desk.item, name="discussion_item"),
        path("discussion/appeals/", desk.appeals, name="discussion_appeals"),
        path("discussion/words/<slug:source>/", desk.other_words, name="discussion_words"),
        path("discussion/log/", desk.log, name="discussion_log"),
        path("discussion/sanctions/", desk.sanctions, name="discussion_sanctions"),
    ]


@hooks.register("register_rich_text_features")
def question_feature(features: Any) -> None:
    rich_text.register(features)
