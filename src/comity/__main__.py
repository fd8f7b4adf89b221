"""The `comity` command, which `python -m comity` is as well."""

import signal


def start() -> None:
    """Run the command line; Ctrl-C while its modules are being loaded ends the process without a trace."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from comity.cli import run  # noqa: PLC0415  # takes a while, see above

    signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


if __name__ == "__main__":
    start()
