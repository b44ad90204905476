"""What people may send. A text is taken as it is: nothing is stripped or replaced."""

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import ProhibitNullCharactersValidator

from exams.models import Certification
from support.fields import check_encodable
from support.models import Thread
from support.models.thread import Topic
from support.services.messages import TEXT_LENGTH
from support.uploads import MAX_FILES, MAX_SIZE, BadFile, Upload, checked

ACCEPTED = ".png,.jpg,.jpeg,.webp,.gif,.pdf,.txt,.log,.md,.csv"


class AnyText(forms.CharField):
    """Any text up to the length of a message, exactly as it was sent."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)
        self.validators = [
            one
            for one in self.validators
            if not isinstance(one, ProhibitNullCharactersValidator)
        ]
        self.validators += [check_encodable, check_length]


def check_length(text: str) -> None:
    if len(text) > TEXT_LENGTH:
        raise ValidationError(
            f"That is {len(text):,} characters; {TEXT_LENGTH:,} is the most. "
            "Shorten it, or attach it as a text file.",
            code="too_long",
        )


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.Field):
    """Several files, each checked by its bytes."""

    widget = FilesInput

    def clean(self, value: Sequence[UploadedFile] | None) -> list[Upload]:
        sent = list(value or ())
        if len(sent) > MAX_FILES:
            raise ValidationError(
                f"At most {MAX_FILES} files go with a message; you chose {len(sent)}.",
                code="too_many",
            )
        uploads, errors = [], []
        for one in sent:
            try:
                # One byte more than is taken tells that it is too large.
                uploads.append(checked(one.name or "", one.read(MAX_SIZE + 1)))
            except BadFile as error:
                errors.append(ValidationError(str(error), code="bad_file"))
        if errors:
            raise ValidationError(errors)
        return uploads


class MessageForm(forms.Form):
    """A message with files. The token says it once, however often it is sent."""

    text = AnyText(required=False, label="Your message")
    attachments = FilesField(required=False, label="Files")
    token = forms.UUIDField(
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid": "This form was changed on its way. Send it again."},
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        sound = "text" in cleaned and "attachments" in cleaned
        if sound and not cleaned["text"].strip() and not cleaned["attachments"]:
            self.add_error("text", ValidationError("Write something.", code="empty"))
        return cleaned

    @property
    def shown_token(self) -> uuid.UUID:
        """Return the token that goes with the form when it is shown (again)."""
        sent: uuid.UUID | None = getattr(self, "cleaned_data", {}).get("token")
        return sent or uuid.uuid4()

    @property
    def once(self) -> uuid.UUID | None:
        """Return the token of this very message.

        Who comes back to a form that was sent, and changes the text, the files or what
        is done with it, says another thing: it must not be taken for the first one and
        be lost.
        """
        token: uuid.UUID | None = self.cleaned_data["token"]
        if token is None:
            return None
        said = hashlib.sha256()
        for part in self.parts():
            said.update(len(part).to_bytes(8) + part)
        return uuid.uuid5(token, said.hexdigest())

    def parts(self) -> Iterator[bytes]:
        """Yield all that makes this message another one than before."""
        yield self.cleaned_data["text"].encode()
        for upload in self.cleaned_data["attachments"]:
            yield upload.name.encode()
            yield upload.content


class QuestionForm(MessageForm):
    """Something new to ask. A question that is carried along brings its topic."""

    topic = forms.ChoiceField(
        choices=Topic.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what it is about."},
    )
    certification = forms.ModelChoiceField(
        Certification.objects.order_by("position", "pk"),
        required=False,
        empty_label="Not one in particular",
        label="Which exam?",
    )

    def __init__(self, *args: Any, carries_question: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["text"].label = "Your question"
        if carries_question:
            del self.fields["topic"], self.fields["certification"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned.setdefault("topic", Topic.EXAM.value)
        if cleaned["topic"] != Topic.EXAM:
            cleaned["certification"] = None
        return cleaned


class RatingForm(forms.Form):
    rating = forms.ChoiceField(
        choices=Thread.Rating.choices,
        error_messages={"required": "Choose one of the two."},
    )
    comment = AnyText(required=False, label="What would you like us to know?")
