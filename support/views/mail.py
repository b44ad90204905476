"""Which mail somebody wants: the page, and the link that stands in every mail."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.http import LearnerRequest
from accounts.models import User
from support import services
from support.mailing import ANSWERS, NEW_THREADS, read_mail_token


class MailForm(forms.Form):
    answers = forms.BooleanField(
        required=False,
        label="Answers to what I asked",
        help_text="One mail for all that you have not read yet.",
    )
    new_threads = forms.BooleanField(
        required=False,
        label="New questions from learners",
        help_text="For the people who answer: at most one mail a minute.",
    )

    def __init__(self, sent: QueryDict | None, *, user: User) -> None:
        super().__init__(sent)
        chosen = services.mail_preference(user)
        for name in (ANSWERS, NEW_THREADS):
            self.initial[name] = getattr(chosen, name)
        if not user.has_perm("support.answer_thread"):
            del self.fields[NEW_THREADS]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: LearnerRequest) -> HttpResponse:
    # A form with nothing ticked is empty, and means that no mail is wanted.
    sent = request.POST if request.method == "POST" else None
    form = MailForm(sent, user=request.user)
    if form.is_valid():
        services.choose_mail(user=request.user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("support:mail")
    return render(request, "support/mail.html", {"form": form})


# No token against forged requests: a mailbox posts here by itself, without a page and
# without a session, when somebody presses its own button (RFC 8058). The signed link
# is the proof.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Say what the button does; a POST turns the mail off, or on again."""
    if (found := read_mail_token(token)) is None:
        raise Http404
    user_id, kind = found
    user = get_object_or_404(User, pk=user_id)
    if request.method == "POST":
        services.choose_mail(user=user, **{kind: "wanted" in request.POST})
    context = {
        "kind": kind,
        "is_wanted": getattr(services.mail_preference(user), kind),
        "changed": request.method == "POST",
    }
    return render(request, "support/mail_link.html", context)
