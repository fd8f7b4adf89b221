"""Why a node cannot be composed.

* ConfigError
  + NodeFileError      node.toml is missing, unreadable or says something that cannot be
"""


class ConfigError(Exception):
    """Raised when the node's own set-up is at fault."""


class NodeFileError(ConfigError):
    """Raised when node.toml is missing, is no TOML, or holds a value of the wrong kind."""
