"""Making a help topic of a good answer, with nothing about who asked."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.text import slugify

from support.anonymity import giveaways
from support.models import HelpTopic, Message, Thread

SLUG_LENGTH = 70


class PublishForm(forms.ModelForm):
    """A topic made of an answer. What may be personal has to be looked at first."""

    looked = forms.BooleanField(
        required=False, label="I looked at each of these: none tells who asked."
    )

    class Meta:
        model = HelpTopic
        fields = ("title", "text", "topic", "certification", "words", "is_published")
        labels = {"is_published": "Publish it now"}
        help_texts = {"is_published": "Without this it is kept as a draft."}
        widgets = {"text": forms.Textarea(attrs={"rows": 16})}

    def __init__(self, *args: Any, names: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.names = names

    def found(self) -> list[str]:
        """Return what may tell who asked, in the texts as they stand in the form."""
        texts = [str(self[name].value() or "") for name in ("title", "text", "words")]
        return giveaways("\n".join(texts), names=self.names)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.found() and not cleaned.get("looked"):
            self.add_error(
                "looked",
                "Take out what tells who asked, or tick that none of it does.",
            )
        return cleaned


def question_and_answer(message: Message) -> str:
    """Return the answer as markdown, under what was asked.

    That is how the thread began, and what the learner wrote since the answer before.
    """
    before = Message.objects.filter(
        thread=message.thread_id,
        pk__lt=message.pk,
        kind__in=[Message.Kind.LEARNER, Message.Kind.AGENT],
    )
    said = list(before.order_by("pk").values_list("kind", "text"))
    asked = [text for kind, text in said if kind == Message.Kind.LEARNER]
    answered = [n for n, (kind, _) in enumerate(said) if kind == Message.Kind.AGENT]
    since = said[answered[-1] + 1 :] if answered else said
    recent = [text for _, text in since]
    first = [] if recent[:1] == asked[:1] else asked[:1]
    question = "\n\n".join([*first, *recent])
    quoted = "\n".join(f"> {line}".rstrip() for line in question.splitlines())
    return f"{quoted}\n\n{message.text}".strip()


def names_in(thread: Thread) -> list[str]:
    """Return what the people of a thread are called, in their addresses too."""
    wrote = Message.objects.filter(thread=thread, author__isnull=False)
    others = wrote.exclude(author=thread.learner_id).order_by("author")
    agents = others.values_list("author__display_name", flat=True).distinct()
    learner = thread.learner
    # What stands behind a plus is for the mailbox, not a name.
    mailbox = learner.email.rpartition("@")[0].partition("+")[0]
    return [learner.display_name, mailbox, *agents]


def free_slug(title: str) -> str:
    """Return an address that no topic has yet, made of the title."""
    slug = slugify(title)[:SLUG_LENGTH].strip("-") or "answer"
    taken = set(
        HelpTopic.objects.filter(slug__startswith=slug).values_list("slug", flat=True)
    )
    if slug not in taken:
        return slug
    number = next(n for n in range(2, len(taken) + 3) if f"{slug}-{n}" not in taken)
    return f"{slug}-{number}"


class PublishPages:
    """The page that makes a topic; mixed into the admin of threads."""

    admin_site: Any
    opts: Any

    def publish(self, request: HttpRequest, pk: int, message: int) -> HttpResponse:
        if not request.user.has_perm("support.add_helptopic"):
            raise PermissionDenied
        answers = Message.objects.filter(kind=Message.Kind.AGENT, thread=pk)
        answer = get_object_or_404(
            answers.select_related("thread__learner", "author"), pk=message
        )
        form = self._form(request, answer)
        if request.method == "POST" and form.is_valid():
            return self._published(request, form, answer.thread)
        context = {
            **self.admin_site.each_context(request),
            "title": "Make a help topic of this answer",
            "opts": self.opts,
            "original": answer.thread,
            "thread": answer.thread,
            "form": form,
            "found": form.found(),
        }
        status = 422 if form.errors else 200
        return TemplateResponse(
            request, "support/admin/publish.html", context, status=status
        )

    def _form(self, request: HttpRequest, answer: Message) -> PublishForm:
        thread = answer.thread
        initial = {
            "title": thread.subject,
            "text": question_and_answer(answer),
            "topic": thread.topic,
            "certification": thread.certification_id,
        }
        names = names_in(thread)
        return PublishForm(request.POST or None, initial=initial, names=names)

    def _published(
        self, request: HttpRequest, form: PublishForm, thread: Thread
    ) -> HttpResponse:
        topic: HelpTopic = form.save(commit=False)
        topic.kind = HelpTopic.Kind.ANSWER
        topic.slug = free_slug(topic.title)
        topic.thread = thread
        topic.save()
        said = "is published" if topic.is_published else "is kept as a draft"
        messages.success(request, f"“{topic.title}” {said}.")
        return redirect("admin:support_helptopic_change", topic.pk)
