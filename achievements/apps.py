from django.apps import AppConfig


class AchievementsConfig(AppConfig):
    name = "achievements"

    def ready(self) -> None:
        from achievements import receivers, rules  # noqa: F401  connects, registers
        from achievements.credit import Payments
        from exams import credit

        credit.register(Payments())
