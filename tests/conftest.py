"""What all tests share: the search of hypothesis is the same in every run, unless a wider one is asked for."""

from __future__ import annotations

import os

from hypothesis import Phase, settings

_PHASES = [phase for phase in Phase if phase is not Phase.explain]
"""Explaining a failure traces every line, which takes many minutes where a database is asked."""
settings.register_profile("steady", derandomize=True, phases=_PHASES)
settings.register_profile("search", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS", "steady"))
