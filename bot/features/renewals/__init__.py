"""Renewals: what their owners expect of them, how they ended, and what was proven then."""
