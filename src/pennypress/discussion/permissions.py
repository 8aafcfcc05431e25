"""Who may moderate on a new site: the groups of the newsroom. An operator may take the permission away again."""

from typing import Any

from django.apps import apps as installed

MODERATE = "discussion.moderate_comment"
MODERATING_GROUPS = ("Editors", "Moderators")


def grant_to_groups(sender: Any, **kwargs: Any) -> None:
    """Give a group that has never had it the permission to moderate, right after the permission came to be."""
    group_model = installed.get_model("auth", "Group")
    permission_model = installed.get_model("auth", "Permission")
    content_type_model = installed.get_model("contenttypes", "ContentType")
    content_type = content_type_model.objects.get_for_model(installed.get_model("discussion", "Comment"))
    permission, created = permission_model.objects.get_or_create(
        content_type=content_type, codename="moderate_comment", defaults={"name": "Can moderate the discussion"}
    )
    if not created and permission.group_set.exists():
        return
    for name in MODERATING_GROUPS:
        group, _ = group_model.objects.get_or_create(name=name)
        group.permissions.add(permission)
