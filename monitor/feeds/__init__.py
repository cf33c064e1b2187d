"""Feeds: what is due, fetched within limits, and read into reports that hold nothing but plain text."""
