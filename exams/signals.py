"""What the exams announce. They know no listener."""

from django.dispatch import Signal

# Sent on commit after an attempt became finished, with ``attempt_id`` and
# ``learner_id``. Receivers queue work; a failing one changes nothing for the learner.
attempt_finished = Signal()
