"""Slack's limits that the markup compiler keeps to, in characters unless said otherwise.

From https://docs.slack.dev/reference/block-kit and, for TEXT, from chat.update, which refuses a `text` over 4,000.
"""

TEXT = 3_000
HEADER = 150
SECTION = 3_000
FIELD = 2_000
CONTEXT = 2_000
ALERT = 200
LABEL = 2_000
HINT = 2_000
BUTTON = 75
PLACEHOLDER = 150
OPTION = 75
TITLE = 24
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
ALT_TEXT = 2_000
INITIAL_VALUE = 3_000
CELL = 500
"""Ours: a longer table cell makes the row taller than a phone."""

CHART_TITLE = 50
CHART_LABEL = 20
CHART_SERIES = 6
"""Series of an axis chart, and segments of a pie."""
CHART_POINTS = 20
CONTAINER_TITLE = 150
CONTAINER_BLOCKS = 10

IDENTIFIER = 255
VALUE = 2_000
OPTION_VALUE = 150
PRIVATE_METADATA = 3_000
URL = 3_000

SELECT_OPTIONS = 100
CHOICE_OPTIONS = 10
"""Check boxes and radio buttons."""
OVERFLOW_OPTIONS = 5
ACTIONS_ELEMENTS = 25
CONTEXT_ELEMENTS = 10
SECTION_FIELDS = 10
CONTEXT_ACTIONS = 5
TABLE_ROWS = 100
TABLE_COLUMNS = 20
TABLE_TEXT = 10_000

CHARTS = 2
"""In one message."""
BLOCKS = {"message": 50, "modal": 100, "home": 100}
JSON = {"message": 13_000, "modal": 200_000, "home": 200_000}
"""Characters of `json.dumps(blocks)`, which writes every character beyond ASCII as six or twelve. Slack refuses the
blocks of a message at about 13,000 (msg_blocks_too_long) and a view at 250,000."""
