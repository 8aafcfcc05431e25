"""Bring a data directory to the state this version of the program needs: schema, static files, content, an editor."""

import hashlib
import os
import secrets
import sys
from pathlib import Path

from pennypress.ops import fresh
from pennypress.ops.data import DataDirectory

DEMO_EDITOR = "editor@pennypress.example"


def fingerprint(mode: str) -> str:
    """Changes with anything of the program or its dependencies: then a site is prepared anew, its ready pages too."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{mode} {os.environ.get('PENNYPRESS_DATABASE_URL', '')}".encode())
    # Their folders are named after them and their versions; to open each of a hundred takes as long as all the rest.
    for name in sorted({folder.name for place in sys.path for folder in Path(place or ".").glob("*.dist-info")}):
        digest.update(name.encode())
    package = Path(__file__).parent.parent
    for file in sorted(package.rglob("*")):
        if file.is_file() and file.suffix != ".pyc":
            digest.update(f"{file.relative_to(package)} {file.stat().st_size}".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def collect_files() -> None:
    """The rooms' styles, scripts and fonts, under the names by which pages ask for them. Safe to run again."""
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)


def prepare_database(*, demo: bool) -> None:
    """Bring the tables up to date and, if asked, build the demo with its editor. Safe to run again."""
    from django.conf import settings
    from django.core.management import call_command

    from pennypress.delivery.ready.showing import shared_clock
    from pennypress.lib import webpush

    data = DataDirectory(settings.DATA)
    data.keep_push_key(webpush.new_key())
    if not fresh.load_if_new():
        call_command("migrate", verbosity=0, interactive=False)
    if demo:
        from pennypress.ops.demo.build import build_demo

        build_demo()
        editor = make_first_editor(DEMO_EDITOR)
        if editor is not None:
            data.remember_first_editor(*editor)
            tell_editor_of_demo(editor[0])
    shared_clock().leave()


def tell_editor_of_demo(email: str) -> None:
    """What the demo's editor has decided and has to decide, is subscribed to, and has in their inbox."""
    from django.contrib.auth import get_user_model

    from pennypress.newsroom.actions import entered
    from pennypress.newsroom.queries import current_newsroom
    from pennypress.ops.demo.order import keep_order
    from pennypress.ops.demo.telling import tell_editor

    with entered(current_newsroom()):
        user = get_user_model().objects.get(email=email)
        keep_order(user)
        tell_editor(user)


def make_first_editor(email: str) -> tuple[str, str] | None:
    """The first editor with a generated password, or None where staff exists already."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group
    from django.db import transaction

    users = get_user_model().objects
    with transaction.atomic():
        if users.filter(is_superuser=True).exists():
            return None
        password = secrets.token_urlsafe(12)
        editor = users.create_superuser(email=email, password=password, name="Editor")
        editor.groups.add(*Group.objects.filter(name="Editors"))
        confirm_address(editor)
    return email, password


def confirm_address(user: object) -> None:
    """Tell allauth that the address needs no confirming: the operator gave it at the machine itself."""
    from allauth.account.models import EmailAddress

    EmailAddress.objects.get_or_create(
        user=user,
        email=user.email,  # type: ignore[attr-defined]
        defaults={"verified": True, "primary": True},
    )
