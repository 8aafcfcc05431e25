from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "pennypress.archive"
    default_auto_field = "django.db.models.BigAutoField"
