"""The words of follow-ups, as patterns over a folded question without its last punctuation."""

from __future__ import annotations

import re

UNITS = ("day", "week", "month", "quarter", "year")
UNIT_FORMS = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annually": "year",
}
NUMBERS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "fifty": 50,
}
_NUMBER = rf"(?P<n>\d[\d,]*|{'|'.join(NUMBERS)})"
_MONTH = r"(?P<month>jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*)"
_QUARTER = r"(?P<q>q[1-4]|(?:first|second|third|fourth) quarter)"
_TIME = rf"(?:{_QUARTER}(?: of)? |{_MONTH}(?: of)? )?(?:the year )?(?P<year>(?:19|20)\d\d)"
# A step ends where the next one begins.
_END = r"(?=$|,| and\b| but\b| in (?:19|20)\d\d| for (?:19|20)\d\d)"

# Words before a follow-up that say no more than that it is one.
LEAD = re.compile(
    r"(?:(?:and|ok|okay|now|then|but|please|also|so|what about|how about|the same(?: thing)?(?: but)?|same(?: but)?"
    r"|make (?:it|that)|show (?:me )?(?:it|that|them|only)?|give me|can you|could you|i want|let me see|just)\b[ ,]*)+"
)


def _step(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern + _END)


LIMIT = _step(rf"(?:only )?(?:the )?(?P<which>top|first|bottom|highest|lowest) {_NUMBER}(?: rows| results)?")
NO_LIMIT = _step(r"(?:all(?: of them| rows)?|no limit|without (?:a |the )?limit)")
REVERSE = _step(r"(?:reverse(?: the)?(?: order)?|(?:in )?reversed?(?: order)?|the other way a?round)")
DIRECTION = _step(
    r"(?:(?:highest|largest|biggest|lowest|smallest|latest|newest|oldest|earliest) first"
    r"|(?:in )?(?:descending|ascending)(?: order)?)"
)
SORT = _step(
    r"(?:sort(?:ed)?|order(?:ed)?)(?: it| them)? by (?P<what>.+?)"
    r"(?P<down>,? (?:desc(?:ending)?|(?:highest|largest|latest|newest) first))?"
    r"(?P<up>,? (?:asc(?:ending)?|(?:lowest|smallest|oldest|earliest) first|alphabetically))?"
)
GROUP = _step(
    r"(?:split (?:it |them )?|break (?:it|them|that) down |broken down |grouped? )?(?:by|per|for each) (?:the )?"
    r"(?P<what>.+?)"
)
GRAIN = _step(r"(?P<what>daily|weekly|monthly|quarterly|yearly|annually)")
PERIOD = _step(rf"(?:only |just )?(?:in |for |during |from |of )?{_TIME}(?: only)?")
THRESHOLD = _step(
    r"(?:only |just )?(?:those |the ones |groups )?(?:with |that are )?"
    r"(?P<sign>more than|over|above|greater than|at least|less than|under|below|fewer than|at most|>=|<=|>|<) "
    rf"{_NUMBER}"
)
SHARE = _step(
    r"(?:as|in) (?:an? |the )?(?:share|proportion|fraction|percentages?|percent|%)(?: of (?:the )?(?:total|whole|all))?"
)
AGGREGATE = _step(r"(?:the |as an? |as the )?(?P<kind>average|mean|avg|total|sum|maximum|max|minimum|min|median)")
COUNT_ROWS = _step(r"(?:how many(?: rows| are there| is that| are they| of them)?|count them|the number of rows)")
