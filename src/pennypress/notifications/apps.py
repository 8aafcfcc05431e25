from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "pennypress.notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from pennypress.notifications import signals

        signals.connect()
