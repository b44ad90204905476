"""The pages of the rewards."""

from django.urls import path

from achievements import views

app_name = "achievements"

urlpatterns = [
    path("achievements/", views.achievements, name="achievements"),
    path("attempts/<int:pk>/earned/", views.earned, name="earned"),
    path("leaderboard/", views.leaderboard, name="leaderboard"),
    path("learners/<int:pk>/", views.profile, name="profile"),
    path("account/profile/", views.preferences, name="preferences"),
]
