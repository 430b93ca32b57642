"""A room for each feature: its use cases, views, queries, messages, jobs, and its listeners in Slack."""
