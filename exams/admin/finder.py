"""What Ctrl+K finds besides the pages themselves: questions, by their words."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from exams.admin.changes import plain
from exams.markdown import render_block
from exams.models import Question

MIN_LETTERS = 3
MOST = 20


def find_questions(request: HttpRequest, words: str) -> list[SearchResult]:
    if len(words) < MIN_LETTERS or not request.user.has_perm("exams.view_question"):
        return []
    model_admin = admin.site.get_model_admin(Question)
    questions = Question.objects.select_related("certification", "domain")
    found, _ = model_admin.get_search_results(
        request, questions.order_by("certification__position", "pk"), words
    )
    return [
        SearchResult(
            title=plain(render_block(question.stem)),
            description=f"{question.certification.short_name}, {question.domain}",
            link=reverse("admin:exams_question_change", args=[question.pk]),
            icon="quiz",
        )
        for question in found[:MOST]
    ]
