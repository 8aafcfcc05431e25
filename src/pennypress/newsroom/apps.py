from django.apps import AppConfig


class NewsroomConfig(AppConfig):
    name = "pennypress.newsroom"
    default_auto_field = "django.db.models.BigAutoField"
