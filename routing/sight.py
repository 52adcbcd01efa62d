"""What a look for a place in a round overlooks, and what it answers where there is none."""

#: What an insertion costs that cannot be.
NEVER = 1 << 62
#: A blind eye sees every position.
SEES_ALL = 0
#: So many positions have a bit of their own in a blind eye, for pickups and for dropoffs.
EYES = 30
