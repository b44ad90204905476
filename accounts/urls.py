from django.urls import include, path

from accounts import views

urlpatterns = [
    path("", views.account, name="account"),
    path("", include("allauth.account.urls")),
    path("two-step/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
