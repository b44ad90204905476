from django.urls import path

from support.views import resources

urlpatterns = [
    path("resources/", resources.resources, name="resources"),
    path("resources/suggest/", resources.suggest, name="suggest_resource"),
    path("resources/<int:pk>/bookmark/", resources.bookmark, name="bookmark"),
]
