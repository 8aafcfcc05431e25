from django.apps import AppConfig
from django.db.models import CharField
from django.db.models.functions import Lower


class ReadersConfig(AppConfig):
    name = "pennypress.readers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # An address is its owner's however it is typed: `email__lower__in` asks for those of a Person.
        CharField.register_lookup(Lower)
        # The registry of readers' rights is this room's; its own part joins like those of the rooms above.
        from pennypress.readers import account_part  # noqa: F401
