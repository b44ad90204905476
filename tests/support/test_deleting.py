"""What goes with an account, what stays, and what is handed over before."""

import json
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.export import export_of
from accounts.services import delete_account
from support import services
from support.models import Attachment, Bookmark, MailPreference, Message, Thread
from support.privacy import exported_threads
from support.status import Author
from support.uploads import Upload
from tests.exams.factories import make_learner
from tests.support.factories import NOW, make_agent, make_thread, say

committed = pytest.mark.django_db(
    transaction=True, available_apps=["accounts", "achievements", "exams", "support"]
)


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def upload(content: bytes) -> Upload:
    return Upload(name="a.txt", content_type="text/plain", content=content)


def files(folder: Path) -> list[bytes]:
    return sorted(one.read_bytes() for one in folder.rglob("*") if one.is_file())


@committed
@pytest.mark.both_databases
def test_deleting_an_account_deletes_its_threads_and_their_files(media: Path) -> None:
    agent = make_learner(is_staff=True, is_superuser=True)
    learner, other = make_learner(), make_learner()
    thread = make_thread(learner, files=[upload(b"mine")])
    say(thread, agent, files=[upload(b"answer")])
    say(thread, agent, kind=Author.NOTE, files=[upload(b"note")])
    kept = make_thread(other, files=[upload(b"theirs")])
    services.choose_mail(user=learner, answers=False)
    delete_account(user=learner)
    assert list(Thread.objects.all()) == [kept]
    assert Message.objects.count() == Attachment.objects.count() == 1
    assert not MailPreference.objects.exists()
    assert not Bookmark.objects.exists()
    assert files(media) == [b"theirs"]


@committed
def test_a_deletion_that_fails_keeps_the_files(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = make_learner()
    make_thread(learner, files=[upload(b"mine")])

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(type(learner), "delete", fail)
        with pytest.raises(RuntimeError):
            delete_account(user=learner)
    assert files(media) == [b"mine"]
    assert Thread.objects.exists()


@pytest.mark.django_db
def test_an_agent_who_leaves_leaves_their_answers() -> None:
    agent = make_agent()
    thread = make_thread()
    say(thread, agent)
    services.close_thread(thread=thread, by=agent, now=NOW)
    delete_account(user=agent)
    thread.refresh_from_db()
    assert (thread.assigned_to, thread.closed_by) == (None, None)
    assert [one.author for one in thread.messages.exclude(kind="learner")] == [None] * 2


@pytest.mark.django_db
def test_the_export_has_threads_as_their_learner_sees_them(media: Path) -> None:
    agent, learner = make_agent(), make_learner()
    text = "a\x00b\u202e <b> 🧑‍🚀"
    thread = make_thread(learner, text, files=[upload(b"mine")])
    say(thread, agent, "Because.")
    say(thread, agent, "SECRET", kind=Author.NOTE, files=[upload(b"SECRET")])
    services.close_thread(thread=thread, by=learner, now=NOW)
    services.rate_thread(
        thread=thread,
        by=learner,
        rating=Thread.Rating.HELPED,
        comment="Thanks \x00",
        now=NOW,
    )
    make_thread(text="Somebody else's")
    document = "".join(export_of(learner, now=NOW))
    assert "SECRET" not in document
    assert "Somebody else" not in document
    [exported] = json.loads(document)["threads"]
    assert (exported["id"], exported["rating_comment"]) == (thread.pk, "Thanks \x00")
    assert [(one["from"], one["text"]) for one in exported["messages"]] == [
        ("learner", text),
        ("agent", "Because."),
        ("event", "closed"),
    ]
    assert exported["messages"][0]["attachments"] == ["a.txt"]


@pytest.mark.django_db
def test_the_export_of_an_agent_has_nobody_else_s_threads() -> None:
    agent = make_agent()
    say(make_thread(text="Private?"), agent, "MY-ANSWER")
    services.choose_mail(user=agent, new_threads=False)
    document = "".join(export_of(agent, now=NOW))
    assert "Private?" not in document
    found = json.loads(document)
    assert found["threads"] == []
    assert found["mail"] == [{"answers": True, "new_threads": False}]


@pytest.mark.django_db
@pytest.mark.parametrize("n", [1, 12])
def test_the_queries_of_the_export_do_not_grow_with_the_threads(
    n: int, media: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    agent, learner = make_agent(), make_learner()
    for _ in range(n):
        thread = make_thread(learner, files=[upload(b"mine")])
        say(thread, agent)
    # The threads, their messages with authors, and the attachments.
    with django_assert_num_queries(3):
        assert len(list(exported_threads(learner))) == n
