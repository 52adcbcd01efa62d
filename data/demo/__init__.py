"""The fictional town and its trade, made from a seed."""
