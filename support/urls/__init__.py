"""Asking people, reading help, and finding resources elsewhere."""

from support.urls import ask, help_topics, resources

app_name = "support"

urlpatterns = [*ask.urlpatterns, *help_topics.urlpatterns, *resources.urlpatterns]
