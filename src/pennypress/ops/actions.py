from django.contrib.auth.models import Group
from django.db import transaction

from pennypress.newsroom.actions import found_newsroom
from pennypress.newsroom.models import Newsroom
from pennypress.ops.prepare import confirm_address
from pennypress.publishing.actions import prepare_site
from pennypress.readers.models import User


def set_up_newsroom(
    *, name: str, language: str, time_zone: str, currency: str, editor_name: str, email: str, password: str
) -> Newsroom:
    """Make the newsroom, its front page and its first editor, all or nothing."""
    with transaction.atomic():
        site = prepare_site(title=name)
        newsroom = found_newsroom(
            site=site, name=name, language=language, time_zone=time_zone, currency=currency, contact_email=email
        )
        editor = User.objects.create_superuser(email=email, password=password, name=editor_name)
        editor.groups.add(*Group.objects.filter(name="Editors"))
        confirm_address(editor)
    return newsroom
