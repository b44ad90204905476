from django.apps import AppConfig


class AchievementsConfig(AppConfig):
    name = "achievements"

    def ready(self) -> None:
        from achievements import receivers  # noqa: F401  connects them
        from achievements.credit import Payments
        from exams import credit

        credit.register(Payments())
