from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from pennypress.publishing.models import Byline


class BylineViewSet(SnippetViewSet):
    model = Byline
    icon = "user"
    menu_label = _("Bylines")
    add_to_admin_menu = True
    list_display = ["name", "slug"]


register_snippet(BylineViewSet)
