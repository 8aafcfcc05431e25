from wagtail.admin.forms import WagtailAdminModelForm

from pennypress.newsroom.models import Newsroom


class NewsroomForm(WagtailAdminModelForm):
    class Meta:
        model = Newsroom
        fields = [
            "name",
            "tagline",
            "language",
            "time_zone",
            "currency",
            "contact_email",
            "support_label",
            "staff_need_second_factor",
        ]
