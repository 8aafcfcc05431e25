from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    name = "pennypress.publishing"
    verbose_name = _("Publishing")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from pennypress.delivery.ready import meaningful
        from pennypress.notifications.sources import tells
        from pennypress.publishing import following, signals
        from pennypress.publishing.credits import is_cursor
        from pennypress.publishing.roles import make_groups

        meaningful("before", is_cursor)
        signals.connect()
        tells(following.SOURCE, following.items)
        post_migrate.connect(make_groups, sender=self, dispatch_uid="publishing.make_groups")
