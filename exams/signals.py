"""What the exams announce. They know no listener.

Each is sent on commit, with ``attempt_id`` and ``learner_id`` if nothing else is said.
Receivers queue work; a failing one changes nothing for the learner.
"""

from django.dispatch import Signal

# An attempt became finished.
attempt_finished = Signal()

# An attempt was closed without a score, because its test was started anew.
attempt_abandoned = Signal()

# A test is no longer offered. Sent on commit with ``test_id`` alone.
offer_ended = Signal()

# Practice answers were committed. On the answer path: a receiver must not wait for
# anything.
practice_answered = Signal()
