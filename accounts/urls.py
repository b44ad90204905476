from django.urls import include, path

urlpatterns = [
    path("", include("allauth.account.urls")),
    path("two-step/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
