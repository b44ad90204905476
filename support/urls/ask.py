from django.urls import path

from support.views import attachments, suggestions, threads

urlpatterns = [
    path("ask/", threads.inbox, name="inbox"),
    path("ask/new/", threads.new_thread, name="ask"),
    path("ask/suggestions/", suggestions.suggestions, name="suggestions"),
    path("ask/attachments/<int:pk>/", attachments.attachment, name="attachment"),
    path("ask/<int:pk>/", threads.thread, name="thread"),
    path("ask/<int:pk>/messages/", threads.new_messages, name="messages"),
    path("ask/<int:pk>/close/", threads.close, name="close"),
    path("ask/<int:pk>/reopen/", threads.reopen, name="reopen"),
    path("ask/<int:pk>/rate/", threads.rate, name="rate"),
]
