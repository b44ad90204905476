from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # Each app's privacy.py declares what it knows about people.
        autodiscover_modules("privacy")
