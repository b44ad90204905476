"""What learners choose about their rewards."""

from django import forms

from achievements.models import Profile


class ProfileForm(forms.ModelForm):
    """What others see."""

    class Meta:
        model = Profile
        fields = [
            "on_leaderboard",
            "is_public",
            "shows_level",
            "shows_streak",
            "shows_achievements",
        ]
        labels = {
            "on_leaderboard": "Show me on the leaderboard",
            "is_public": "Have a public profile",
            "shows_level": "Level and XP",
            "shows_streak": "Streak",
            "shows_achievements": "Achievements",
        }
        help_texts = {
            "on_leaderboard": (
                "With your display name, level and XP. "
                "You always see your own rank, and nobody else does while this is off."
            ),
            "is_public": "A page that anybody can open, with your display name, the "
            "month you joined and what you choose below. Never your e-mail.",
        }
