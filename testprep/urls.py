"""All URLs; each app has its own module below."""

from django.contrib import admin
from django.urls import include, path

from exams.views import home
from testprep import health
from testprep.api import api

# What allauth answers when its own limits are reached.
handler429 = "accounts.limits.too_fast"

urlpatterns = [
    path("", home, name="home"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("achievements.urls")),
    path("account/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("api/", api.urls),
    path("", include("exams.urls")),
    path("", include("support.urls")),
]
