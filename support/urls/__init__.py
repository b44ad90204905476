"""Asking people, reading help, and finding resources elsewhere."""

from support.urls import ask, help_topics, mail, resources

app_name = "support"

urlpatterns = [
    *ask.urlpatterns,
    *help_topics.urlpatterns,
    *mail.urlpatterns,
    *resources.urlpatterns,
]
