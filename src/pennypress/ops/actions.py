from django.contrib.auth.models import Group
from django.db import transaction
from wagtail.models import Site

from pennypress.newsroom.actions import entered, found_newsroom
from pennypress.newsroom.models import Newsroom
from pennypress.ops.prepare import confirm_address
from pennypress.publishing.actions import lay_out_desk, prepare_site
from pennypress.readers.models import User


class AlreadySetUp(Exception):
    """There is a newsroom; a site is set up once."""


def set_up_newsroom(
    *, name: str, language: str, time_zone: str, currency: str, editor_name: str, email: str, password: str
) -> Newsroom:
    """Make the newsroom, its front page with a first section, and its first editor, all or nothing.

    Raises AlreadySetUp when somebody else was first, even by a moment.
    """
    with transaction.atomic():
        # The row lock (on SQLite the write lock) lets one set-up at a time come to the question.
        Site.objects.select_for_update().get(is_default_site=True)
        if Newsroom.objects.exists():
            raise AlreadySetUp
        site = prepare_site(title=name)
        newsroom = found_newsroom(
            site=site, name=name, language=language, time_zone=time_zone, currency=currency, contact_email=email
        )
        editor = User.objects.create_superuser(email=email, password=password, name=editor_name)
        editor.groups.add(*Group.objects.filter(name="Editors"))
        confirm_address(editor)
        with entered(newsroom):
            lay_out_desk(site=site, editor=editor)
    return newsroom
