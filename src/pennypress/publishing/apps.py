from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "pennypress.publishing"
    default_auto_field = "django.db.models.BigAutoField"
