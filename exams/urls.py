"""The pages of the exams; the JSON API has its own module."""

from django.urls import path

from exams import views

app_name = "exams"

urlpatterns = [
    path("certifications/", views.certification_list, name="certification_list"),
    path("certifications/<slug:slug>/", views.certification, name="certification"),
    path(
        "certifications/<slug:slug>/tests/<int:number>/start/",
        views.start,
        name="start",
    ),
    path("attempts/", views.history, name="history"),
    path("attempts/<int:pk>/", views.attempt, name="attempt"),
    path("attempts/<int:pk>/result/", views.result, name="result"),
    path("attempts/<int:pk>/review/", views.review, name="review"),
    path("attempts/<int:pk>/practise/", views.practise, name="practise"),
    path("samples/<int:index>/", views.sample_answer, name="sample_answer"),
]
