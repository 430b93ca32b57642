"""A strict local Slack: Web API, Socket Mode, signed HTTP and a browser page, for demos and tests of any Bolt app."""

from sandbox.clock import Clock
from sandbox.errors import BadConfiguration, FormError, NotPossible
from sandbox.faults import Fault
from sandbox.person import Person
from sandbox.server import Sandbox

__all__ = ["BadConfiguration", "Clock", "Fault", "FormError", "NotPossible", "Person", "Sandbox"]
