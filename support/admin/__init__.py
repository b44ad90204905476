"""The agents' desk, help topics and resources in the back office."""

from support.admin.canned import CannedReplyAdmin
from support.admin.help_topic import HelpTopicAdmin
from support.admin.resource import ResourceAdmin
from support.admin.thread import ThreadAdmin

__all__ = ["CannedReplyAdmin", "HelpTopicAdmin", "ResourceAdmin", "ThreadAdmin"]
