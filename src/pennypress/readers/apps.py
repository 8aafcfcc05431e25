from django.apps import AppConfig


class ReadersConfig(AppConfig):
    name = "pennypress.readers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The registry of readers' rights is this room's; its own part joins like those of the rooms above.
        from pennypress.readers import account_part  # noqa: F401
