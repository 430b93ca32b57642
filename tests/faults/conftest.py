from tests.services.databases import database, databases, postgres, sqlite_template

__all__ = ["database", "databases", "postgres", "sqlite_template"]
