from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DiscussionConfig(AppConfig):
    name = "pennypress.discussion"
    verbose_name = _("Discussion")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from pennypress.delivery import live
        from pennypress.delivery.ready import meaningful
        from pennypress.discussion import news, outcomes, signals
        from pennypress.discussion.cursors import ORDERS, is_cursor
        from pennypress.discussion.permissions import grant_to_groups
        from pennypress.discussion.queries import heard_by_all
        from pennypress.discussion.record import is_record_cursor
        from pennypress.notifications.sources import offers, tells

        tells(news.SOURCE, news.items)
        tells(outcomes.SOURCE, outcomes.items)
        offers(news.offer_held)
        meaningful("order", ORDERS.__contains__)
        meaningful("after", is_cursor)
        live.opens("thread", heard_by_all)
        meaningful("earlier", is_record_cursor)
        meaningful("all", lambda value: value == "1")
        meaningful("show", {"passages", "picks"}.__contains__)
        signals.connect()
        post_migrate.connect(grant_to_groups, sender=self, dispatch_uid="discussion.grant_to_groups")
