"""Who may moderate on a new site: the groups of the newsroom. An operator may take the permissions away again."""

from typing import Any

from django.apps import apps as installed

MODERATE = "discussion.moderate_comment"
MODERATING_GROUPS = ("Editors", "Moderators")
# What a moderator needs: model, codename, and its name where Django has not made it yet.
RIGHTS = (
    ("Comment", "moderate_comment", "Can moderate the discussion"),
    ("WordLists", "change_wordlists", "Can change word lists"),
)


def grant_to_groups(sender: Any, **kwargs: Any) -> None:
    """Give the groups a permission that nobody has, right after it came to be."""
    for model, codename, name in RIGHTS:
        _grant(model, codename, name)


def _grant(model: str, codename: str, permission_name: str) -> None:
    group_model = installed.get_model("auth", "Group")
    permission_model = installed.get_model("auth", "Permission")
    content_type_model = installed.get_model("contenttypes", "ContentType")
    content_type = content_type_model.objects.get_for_model(installed.get_model("discussion", model))
    permission, created = permission_model.objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": permission_name}
    )
    if not created and permission.group_set.exists():
        return
    for name in MODERATING_GROUPS:
        group, _ = group_model.objects.get_or_create(name=name)
        group.permissions.add(permission)
