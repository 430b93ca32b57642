"""The bot against a Slack that we did not write: `local-slack` from npm, and Slack's own types for TypeScript.

The sandbox is ours, so it shares our mistakes about Slack. `make independent` has somebody else look: `walk.py` uses
the bot on `local_slack.py` as people do, `typecheck.py` holds what the bot sent against `@slack/types`.
"""
