"""The files of messages: to the thread's people only, and never as a page."""

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.http import LearnerRequest
from support.models import Attachment

# Whatever a browser makes of the bytes: it runs, loads and guesses nothing.
INERT = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def _within_reach(request: LearnerRequest) -> QuerySet[Attachment]:
    if request.user.has_perm("support.answer_thread"):
        return Attachment.objects.all()
    return Attachment.objects.sent_to(request.user)


@require_safe
@login_required
def attachment(request: LearnerRequest, pk: int) -> HttpResponse:
    """Show an image in its place; hand everything else over as a download."""
    found = get_object_or_404(_within_reach(request), pk=pk)
    try:
        with found.file.open("rb") as file:
            content = file.read()
    except FileNotFoundError:
        raise Http404("The file is gone.") from None
    disposition = content_disposition_header(not found.is_image, found.name)
    return HttpResponse(
        content,
        content_type=found.content_type,
        headers=INERT | {"Content-Disposition": str(disposition)},
    )
