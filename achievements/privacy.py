"""What the achievements know about people."""

from accounts.privacy import Kind, impersonal, personal
from achievements.models import (
    Achievement,
    ActiveDay,
    Backfill,
    CoinEntry,
    CountedAttempt,
    Grant,
    Miss,
    Profile,
    Standing,
    Statistics,
    XpEntry,
    ZoneChange,
)

personal(
    XpEntry,
    owner="learner",
    fields={"note": Kind.TEXT},
    impersonal=["reason"],
    section="xp",
)
personal(
    CoinEntry,
    owner="learner",
    fields={"note": Kind.TEXT},
    impersonal=["reason"],
    section="coins",
)
personal(Statistics, owner="learner", fields={}, section="statistics")
personal(CountedAttempt, owner="learner", fields={}, impersonal=["questions"])
personal(Miss, owner="learner", fields={}, section="missed_questions")
personal(
    ActiveDay, owner="learner", fields={}, impersonal=["zone"], section="active_days"
)
personal(
    ZoneChange, owner="learner", fields={}, impersonal=["zone"], section="time_zones"
)
personal(Profile, owner="learner", fields={}, section="public_profile")
personal(
    Standing, owner="learner", fields={}, impersonal=["board"], section="leaderboards"
)
personal(
    Grant,
    owner="learner",
    fields={"evidence": Kind.TEXT, "revoke_reason": Kind.TEXT},
    section="achievements",
)
impersonal(
    Achievement,
    "slug",
    "title",
    "text",
    "icon",
    "category",
    "rule",
    "parameters",
)
impersonal(Backfill, "state")
