"""Giving agents what was attached."""

from django.http import FileResponse, Http404

from support.models import Attachment


def served(attachment: Attachment) -> FileResponse:
    """Return the file as what its bytes were found to be: never a page of ours.

    Pictures may be shown in one; everything else is saved.
    """
    try:
        content = attachment.file.open("rb")
    except FileNotFoundError as error:
        raise Http404("The file is not there any more.") from error
    response = FileResponse(
        content,
        as_attachment=not attachment.is_image,
        filename=attachment.name,
        content_type=attachment.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    # Whatever it is, it runs nothing and loads nothing.
    response._csp_replace = {"default-src": ["'none'"], "sandbox": True}  # type: ignore[attr-defined]
    return response
