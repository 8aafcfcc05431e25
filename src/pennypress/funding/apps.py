from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class FundingConfig(AppConfig):
    name = "pennypress.funding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.account.signals import email_confirmed

        from pennypress.delivery import live
        from pennypress.delivery.ready import meaningful
        from pennypress.funding import wall
        from pennypress.funding.actions import decide_wall_entry
        from pennypress.funding.actions.claiming import when_confirmed
        from pennypress.funding.ledger import METER
        from pennypress.funding.queries import money_is_kept
        from pennypress.newsroom.rules import lock_currency_when
        from pennypress.readers.words import Source, register

        register(
            Source("wall", _("Supporters' wall"), wall.waiting_count, wall.to_read, wall.decided, decide_wall_entry)
        )
        meaningful("older", wall.is_wall_cursor)
        email_confirmed.connect(when_confirmed, dispatch_uid="funding.when_confirmed")
        live.follows("meter", METER)
        lock_currency_when(money_is_kept)
        post_migrate.connect(let_editors_manage, sender=self, dispatch_uid="funding.let_editors_manage")


def let_editors_manage(sender: Any, **kwargs: Any) -> None:
    """Editors manage the money of a new site; an operator may take it away again."""
    create_permissions(apps.get_app_config("funding"), verbosity=0)  # its turn may come after ours
    permissions = apps.get_model("auth", "Permission").objects
    permission = permissions.filter(content_type__app_label="funding", codename="manage_funding").first()
    if permission and not permission.group_set.exists():
        group, _new = apps.get_model("auth", "Group").objects.get_or_create(name="Editors")
        group.permissions.add(permission)
