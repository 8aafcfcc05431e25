from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from pennypress.discussion.rules import may_moderate
from pennypress.discussion.views import moderation


class DiscussionMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_moderate(request.user)


@hooks.register("register_admin_menu_item")
def discussion_menu() -> MenuItem:
    return DiscussionMenuItem(_("Discussion"), reverse("discussion_desk"), icon_name="comment", order=300)


@hooks.register("register_admin_urls")
def discussion_urls() -> list[URLPattern]:
    return [path("discussion/", moderation.desk, name="discussion_desk")]
