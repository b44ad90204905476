"""All URLs; each app has its own module below."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("accounts.urls")),
    path("", include("exams.urls")),
]
