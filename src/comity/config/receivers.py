"""Which desk receives which kind of message. The node knows no desks; this table introduces them."""


def register_all() -> None:
    """Hand the desks' receivers to the exchange and their counts to the frame."""
