"""What a text that somebody pasted may hold: dates, and numbers of documents, vehicles, accounts and telephones.

It marks what looks like a fact and says how it can be read; an officer decides what it is and to whom it belongs.
Names are not guessed: of words in any language and script no rule tells a person from a street.
"""

from comity.formats.pasted.finding import MAX_PIECES, MAX_TEXT, Kind, Piece, find, recognise
from comity.formats.pasted.levelled import Strange, strange

__all__ = ["MAX_PIECES", "MAX_TEXT", "Kind", "Piece", "Strange", "find", "recognise", "strange"]
