"""What a command came to: plain data, and functions that say it as text and as JSON.

May import: phrases. One file for each answer; a use case in workflow makes the data, a command in
cli prints what the functions return.
"""
