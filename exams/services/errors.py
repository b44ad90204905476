"""Errors that more than one service raises."""


class AttemptClosed(Exception):
    """The attempt accepts nothing any more: it is finished, abandoned or overdue."""
