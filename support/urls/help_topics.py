from django.urls import path

from support.views import help_topics

urlpatterns = [
    path("help/", help_topics.help_page, name="help"),
    path("help/<slug:slug>/", help_topics.help_topic, name="help_topic"),
]
