"""The newsroom's roles as Wagtail groups. Made once; what an operator changes afterwards stays."""

from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions

PAGE_RIGHTS = {
    "Editors": ("add_page", "change_page", "publish_page", "lock_page", "unlock_page", "bulk_delete_page"),
    "Writers": ("add_page",),
    "Moderators": (),
}
SNIPPETS = {"Editors": (("publishing", "byline"), ("wagtailredirects", "redirect")), "Writers": (), "Moderators": ()}
DEFAULT_ROLES_OF_WAGTAIL = ("Editors", "Moderators")


def make_groups(sender: Any, **kwargs: Any) -> None:
    """After the first migration: Editors publish everything, Writers write their own, Moderators keep order."""
    group_model = installed.get_model("auth", "Group")
    if group_model.objects.filter(name="Writers").exists():
        return
    for label in ("wagtailcore", "wagtailadmin", "wagtailredirects", "publishing"):
        # Each app makes its own after its own turn, which may come after ours.
        create_permissions(installed.get_app_config(label), verbosity=0)
    root = installed.get_model("wagtailcore", "Page").objects.filter(depth=1).first()
    if root is None:
        return
    # Wagtail makes groups of these names with rights of its own; ours replace them.
    for name in DEFAULT_ROLES_OF_WAGTAIL:
        for group in group_model.objects.filter(name=name):
            group.page_permissions.all().delete()  # type: ignore[attr-defined]
    _let_editors_approve(group_model)
    for name, rights in PAGE_RIGHTS.items():
        group, _ = group_model.objects.get_or_create(name=name)
        _grant(group, root, rights, SNIPPETS[name])


def _let_editors_approve(group_model: Any) -> None:
    """Wagtail's first workflow asks its Moderators; ours look after comments and publish nothing."""
    editors, _ = group_model.objects.get_or_create(name="Editors")
    for task in installed.get_model("wagtailcore", "GroupApprovalTask").objects.all():
        task.groups.set([editors])
        task.name = "Editors approve"
        task.save()
    installed.get_model("wagtailcore", "Workflow").objects.update(name="An editor approves")


def _grant(group: Any, root: Any, rights: tuple[str, ...], snippets: tuple[tuple[str, str], ...]) -> None:
    permission_model = installed.get_model("auth", "Permission")
    page_permission_model = installed.get_model("wagtailcore", "GroupPagePermission")
    group.permissions.add(
        *permission_model.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
    )
    for codename in rights:
        permission = permission_model.objects.filter(content_type__app_label="wagtailcore", codename=codename).first()
        if permission:
            page_permission_model.objects.get_or_create(group=group, page=root, permission=permission)
    for app_label, model in snippets:
        group.permissions.add(
            *permission_model.objects.filter(content_type__app_label=app_label, content_type__model=model)
        )
    collection = installed.get_model("wagtailcore", "Collection").objects.filter(depth=1).first()
    if collection and rights:
        kept = installed.get_model("wagtailcore", "GroupCollectionPermission")
        for codename in ("add_newsimage", "change_newsimage", "choose_newsimage"):
            permission = permission_model.objects.filter(
                content_type__app_label="publishing", codename=codename
            ).first()
            if permission:
                kept.objects.get_or_create(group=group, collection=collection, permission=permission)
