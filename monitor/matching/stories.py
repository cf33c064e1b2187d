"""Stories: reports of one event belong together, copies of one text included.

group_stories   all reports of a file at once
StoryIndex      reports as they arrive
relink          stories that turned out to be one
same_story      the comparison behind all three
publisher_key   who counts as one voice
"""

from monitor.matching.story_groups import group_stories
from monitor.matching.story_idf import StoryIdf
from monitor.matching.story_index import Placement, StoryIndex, StoryMember
from monitor.matching.story_publishers import publisher_key
from monitor.matching.story_relink import StoryMerge, relink
from monitor.matching.story_similarity import Sameness, same_story
from monitor.matching.story_text import StoryText, story_text

__all__ = [
    "Placement",
    "Sameness",
    "StoryIdf",
    "StoryIndex",
    "StoryMember",
    "StoryMerge",
    "StoryText",
    "group_stories",
    "publisher_key",
    "relink",
    "same_story",
    "story_text",
]
