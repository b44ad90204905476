"""Several people who want one name at the same moment."""

from copy import copy
from functools import partial

from accounts.forms import NAME_TAKEN, NameForm
from accounts.models import User
from tests.accounts.people import make_person
from tests.exams.racing import committed, race


def want(person: User) -> list[str]:
    """Ask for the name as the account page does; return why it was refused."""
    form = NameForm({"display_name": "The One"}, instance=copy(person))
    if form.is_valid() and form.try_save():
        return []
    return [str(error) for error in form.errors["display_name"]]


@committed
def test_of_people_who_want_one_name_exactly_one_gets_it() -> None:
    people = [make_person() for _ in range(4)]
    answers = race([partial(want, person) for person in people])
    assert sorted(answers) == [[], [NAME_TAKEN], [NAME_TAKEN], [NAME_TAKEN]]
    assert User.objects.filter(display_name="The One").count() == 1
