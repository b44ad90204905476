"""What can be wrong with a change of a thread."""


class ThreadGone(Exception):
    """There is no such thread any more."""


class PersonGone(ThreadGone):
    """Who writes, or who asked, has deleted their account meanwhile."""


class NothingWritten(Exception):
    """A message has neither text nor a file."""


class TooLong(Exception):
    """A text is longer than TEXT_LENGTH characters, or there are too many files."""


class NotAllowed(Exception):
    """Somebody writes in a thread that is not theirs, or in a role that is not."""


class NotClosed(Exception):
    """Only a closed thread can be rated or opened again."""


class TooLate(Exception):
    """A closed thread opens again for a while only; then a new one follows it."""


class LearnerWrote(Exception):
    """The learner wrote while the agent was answering what came before."""
