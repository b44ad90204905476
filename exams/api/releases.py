"""The public half of a release: it never changes, so browsers keep it for good."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from exams.api.attempts import learner_of
from exams.api.errors import Error, Refusal
from exams.api.limits import refuse_if_too_fast
from exams.api.schemas import Id, Payload
from exams.models import Release
from exams.releases import release_content

router = Router(tags=["releases"])


@router.get(
    "/releases/{release_id}/questions",
    response={200: Payload, 401: Error, 404: Error, 422: Error, 429: Error},
    summary="The release's first questions, without keys",
)
def questions(
    request: HttpRequest,
    release_id: Path[Id],
    length: Query[Literal["25", "50", "75", "100"]],
) -> HttpResponse:
    """Return them for a test that is on offer, or that the learner has attempts on."""
    learner = learner_of(request)
    refuse_if_too_fast(learner.pk)
    readable = Release.objects.readable_by(learner).without_content()
    release = readable.filter(pk=release_id).first()
    wanted = int(length)
    if release is None or wanted > release.question_count:
        raise _missing()
    payload = release_content(release.pk).payload(wanted)
    response = HttpResponse(payload, content_type="application/json")
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _missing() -> Refusal:
    return Refusal(404, "not_found", "There is no release of this length.")
