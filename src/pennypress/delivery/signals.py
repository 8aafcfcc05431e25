"""What every page shows belongs to rooms below this one, which cannot name it themselves."""

from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from wagtail.models import Site

from pennypress.delivery.ready import EVERYWHERE, changed
from pennypress.newsroom.models import Newsroom


def connect() -> None:
    for signal in (post_save, post_delete):
        for model in (Newsroom, Site):
            signal.connect(on_everywhere, sender=model, dispatch_uid=f"delivery.{model.__name__}.{id(signal)}")


def on_everywhere(sender: type[Model], **kwargs: Any) -> None:
    changed(EVERYWHERE)
