"""What a right answer brings, the first time that a learner gets the question right."""

XP = 10
COINS = 5
