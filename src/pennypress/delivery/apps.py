from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "pennypress.delivery"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from pennypress.delivery import machines, signals
        from pennypress.delivery.edge import purges

        signals.connect()
        purges.connect()
        machines.connect()
