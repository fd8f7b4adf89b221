"""Why the demo cannot be built, run or played.

* DemoError
  + PortTakenError     something else listens where a node of the demo should
  + BuildError         a folder of the demo could not be made
  + NodeDiedError      a node's process ended by itself; the text names the node
  + StepError          a step of the play did not hold; the text names the step
"""


class DemoError(Exception):
    """Raised when the demo cannot go on; the text says what to do."""


class PortTakenError(DemoError):
    """Raised when a port of the demo is in use."""


class BuildError(DemoError):
    """Raised when a node of the demo could not be made."""


class NodeDiedError(DemoError):
    """Raised when a node's process ended by itself."""


class StepError(DemoError):
    """Raised when a step of the play did not hold.

    Attributes:
        step: its number and name.
        found: what was seen instead.
    """

    def __init__(self, step: str, found: str) -> None:
        super().__init__(f"{step}: {found}")
        self.step, self.found = step, found
