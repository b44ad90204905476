"""The public half of a release: it never changes, so browsers keep it for good."""

from collections.abc import Callable
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

KEPT_FOR_GOOD = "private, max-age=31536000, immutable"


VERSION = (
    "What the runner's page says. The answer to it may be kept for good; without it "
    "nothing is kept. 404 when the release has other questions."
)


@router.get(
    "/releases/{release_id}/questions",
    response={200: Payload, 401: Error, 404: Error, 422: Error, 429: Error},
    summary="The release's first questions, without keys",
)
def questions(
    request: HttpRequest,
    release_id: Path[Id],
    length: Query[Literal["25", "50", "75", "100"]],
    v: str | None = Query(None, description=VERSION),
) -> HttpResponse:
    """Return them for a test that is on offer, or that the learner has attempts on."""
    learner = learner_of(request)
    refuse_if_too_fast(learner.pk)
    readable = Release.objects.readable_by(learner).without_content()
    release = readable.filter(pk=release_id).first()
    wanted = int(length)
    if release is None or wanted > release.question_count:
        raise _missing()
    content = release_content(release.pk)
    if v not in (None, content.version):
        raise _missing()
    response = HttpResponse(content.payload(wanted), content_type="application/json")
    response["Cache-Control"] = "no-store" if v is None else KEPT_FOR_GOOD
    return response


def _missing() -> Refusal:
    return Refusal(404, "not_found", "There is no release of this length and version.")


def kept_across_sessions(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: what is kept for good is the same in every session of its browser.

    Looking at the session adds ``Vary: Cookie``, and a browser would fetch all the
    questions anew whenever any cookie changed.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.headers.get("Cache-Control") == KEPT_FOR_GOOD:
            del response.headers["Vary"]
        return response

    return middleware
