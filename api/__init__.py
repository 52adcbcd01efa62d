"""What people and programs open: HTTP, pages, commands, and the use cases behind them.

May import every other room. Nothing imports this one.
"""
