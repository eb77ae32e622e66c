"""What a search of ranges has shown, and what it has left open."""
