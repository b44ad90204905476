"""What agents have at hand."""

from django.db import models

from support.models.thread import Topic


class CannedReply(models.Model):
    """An answer that is given often; placeholders are filled in when it is chosen."""

    title = models.CharField(max_length=80, unique=True)
    text = models.TextField(
        help_text=(
            "Markdown. {{learner}}, {{agent}}, {{certification}} and {{thread}} are "
            "filled in."
        )
    )
    topic = models.CharField(
        max_length=10,
        choices=Topic,
        blank=True,
        help_text="Offered first in threads on this topic; empty: in all.",
    )
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField("offered", default=True)

    class Meta:
        ordering = ["position", "title"]
        verbose_name_plural = "canned replies"

    def __str__(self) -> str:
        return self.title
