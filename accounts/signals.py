"""What happens to people's access, for the apps that we know nothing of."""

from django.dispatch import Signal

# Sent with ``user`` when others than they themselves (or they, from another device) end
# a session or close the account. Signing out has Django's own signal.
access_ended = Signal()

# Sent on commit with ``user`` when staff closed an account or opened one again.
account_switched = Signal()

# Sent on commit with ``user`` and ``previous`` when somebody chose another time zone.
time_zone_changed = Signal()

# Sent with ``user`` inside the transaction that deletes an account, before anything is
# collected or deleted. First ``account_leaving``, before the person's row is locked:
# whoever writes about people under a lock of their own, and comes to the person's row
# after it, takes that lock here. Then, with the row locked, ``account_deleting``:
# whoever takes people before their own rows takes those here.
account_leaving = Signal()
account_deleting = Signal()
