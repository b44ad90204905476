"""How often somebody may ask and write: counted together on the pages and in the API.

Each is (group, rate) for accounts.limits.check_rate, by the signed-in learner.
"""

NEW_THREADS = ("ask-start", "10/h")
MESSAGES = ("ask-message", "30/10m")
# Closing, opening again and rating.
CHANGES = ("ask-change", "30/10m")
