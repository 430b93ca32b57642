"""What all tests share: the search of hypothesis is the same in every run, unless a wider one is asked for."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("steady", derandomize=True)
settings.register_profile("search", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS", "steady"))
