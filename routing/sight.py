"""What a look for a place in a round overlooks, and what it answers where there is none."""

#: What an insertion costs that cannot be.
NEVER = 1 << 62
#: More than any plan costs, and yet no sum with it reaches `NEVER`.
BOUNDLESS = 1 << 61
#: A blind eye sees every position.
SEES_ALL = 0
#: So many positions have a bit of their own in a blind eye, for pickups and for dropoffs.
EYES = 30
