"""What an alert mail and a digest say, and how they look. Composes and renders values; sends nothing."""
