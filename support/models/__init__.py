"""What learners ask people, what people answer, and where else to learn."""

from support.models.desk import CannedReply
from support.models.help import HelpTopic
from support.models.mail import MailPreference
from support.models.message import Attachment, Message
from support.models.resource import Bookmark, Resource
from support.models.thread import Thread

__all__ = [
    "Attachment",
    "Bookmark",
    "CannedReply",
    "HelpTopic",
    "MailPreference",
    "Message",
    "Resource",
    "Thread",
]
