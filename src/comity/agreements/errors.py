"""Why an agreement cannot be used.

* AgreementError
  + DocumentError    the JSON is no agreement: wrong form, unknown word, a clause that says nothing
  + CompileError     the policy engine does not accept what the clauses came to
"""


class AgreementError(Exception):
    """An agreement cannot be used; nothing is decided under it."""


class DocumentError(AgreementError):
    """The bytes are no agreement in our form.

    Attributes:
        where: place in the document, such as ``clauses[3].machine.when[0]``.
    """

    def __init__(self, text: str, where: str = "") -> None:
        super().__init__(f"{where}: {text}" if where else text)
        self.where = where


class CompileError(AgreementError):
    """The engine refused the policies or the schema; a fault of ours or a clause that can never hold."""
