from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from pennypress.newsroom.forms import NewsroomForm
from pennypress.newsroom.models import Newsroom


class NewsroomViewSet(SnippetViewSet):
    """The newsroom's own facts, in the admin's settings menu."""

    model = Newsroom
    icon = "site"
    menu_label = _("Newsroom")
    add_to_settings_menu = True
    copy_view_enabled = False
    list_display = ["name", "language", "time_zone", "currency"]

    def get_form_class(self, for_update: bool = False) -> type:
        return NewsroomForm


register_snippet(NewsroomViewSet)


@hooks.register("insert_global_admin_css")
def desk_style() -> SafeString:
    """The look of our own desks, of all rooms."""
    return format_html('<link rel="stylesheet" href="{}">', static("theme/desk.css"))
