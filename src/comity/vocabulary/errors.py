"""Why a word is not of the vocabulary."""


class VocabularyError(ValueError):
    """The text is no word of the vocabulary: no authority, no code, no date."""
