"""Why an agreement cannot be used.

* AgreementError
  + DocumentError    the JSON is no agreement: wrong form, unknown word, a clause that says nothing
  + CompileError     the policy engine does not accept what the clauses came to
  + UndecidableError what was asked is no question; stays inside, its answer is a no
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


class UndecidableError(AgreementError):
    """What was asked is no question for this agreement. Never leaves the package: `decide` turns it into a no.

    It is raised and not returned because a raised answer is not remembered.

    Attributes:
        rule: key of the reason.
        found: what was asked instead, in short.
    """

    def __init__(self, rule: str, found: str = "") -> None:
        super().__init__(rule)
        self.rule = rule
        self.found = found
