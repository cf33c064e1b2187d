"""The news monitor: tells the reader of an article which of its claims the news now supports, contradicts or overtakes."""
