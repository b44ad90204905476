"""How a draft stands to what learners get: never out, out, or changed since."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import TextChoices

from exams.models import Question, Test
from exams.models import TestQuestion as Place
from exams.snapshot import fingerprint


class DraftState(TextChoices):
    NEVER = "never", "Not published"
    SAME = "same", "Published"
    CHANGED = "changed", "Unpublished changes"


def draft_states(tests: Sequence[Test]) -> dict[int, DraftState]:
    """Return each test's state by its id.

    Two queries, however many tests; the tests come with their current release's
    fingerprint.
    """
    out = {test.pk: test.current_release for test in tests if test.current_release}
    places = (
        Place.objects.filter(test__in=out)
        .order_by("test_id", "position")
        .select_related("question__domain")
        .prefetch_related("question__choices")
    )
    drafts: dict[int, list[Question]] = defaultdict(list)
    for place in places:
        drafts[place.test_id].append(place.question)
    states = dict.fromkeys((test.pk for test in tests), DraftState.NEVER)
    for test in tests:
        if release := out.get(test.pk):
            mark = fingerprint(drafts[test.pk], minutes=test.minutes)
            same = mark == release.fingerprint
            states[test.pk] = DraftState.SAME if same else DraftState.CHANGED
    return states
