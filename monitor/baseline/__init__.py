"""From an article to claims and entities; the profile file that keeps them; and what an editor should know of it."""
