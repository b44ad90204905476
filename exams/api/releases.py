"""The public half of a release: it never changes, so browsers keep it for good."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from exams.api.errors import Error, Refusal
from exams.api.schemas import Id, Payload
from exams.models import Release, Test
from exams.releases import release_content

router = Router(tags=["releases"])


@router.get(
    "/releases/{release_id}/questions",
    response={200: Payload, 401: Error, 404: Error, 422: Error},
    summary="The release's first questions, without keys",
)
def questions(
    request: HttpRequest,
    release_id: Path[Id],
    length: Query[Literal["25", "50", "75", "100"]],
) -> HttpResponse:
    try:
        content = release_content(release_id)
    except Release.DoesNotExist:
        raise _missing() from None
    wanted = int(length)
    if content.number == Test.SAMPLES or wanted > len(content.questions):
        raise _missing()
    response = HttpResponse(content.payload(wanted), content_type="application/json")
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _missing() -> Refusal:
    return Refusal(404, "not_found", "There is no release of this length.")
