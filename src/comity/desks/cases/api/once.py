"""An act that is asked for again under the same key is not done again: the first answer is given once more.

The answer is kept in the transaction of the act. After a crash either both are there or neither is, so a caller that
does not know may always ask again.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from comity.desks.cases.api import problems
from comity.desks.cases.api.bearer import token_of
from comity.desks.cases.kept_answers import KEPT
from comity.node.officers.models import AccessToken, KeptAnswer
from comity.node.writing import writing

REPLAYED: Final = "Idempotency-Replayed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered to an act: a status and fields that name rows and no person.

    Attributes:
        status: of HTTP; from 400 on the fields are those of a problem.
        fields: plain JSON.
        kept: whether the key now stands for it. What was not even tried is asked for again, changed, by the same key.
    """

    status: int
    fields: Mapping[str, Any] = field(default_factory=dict)
    kept: bool = True


def refusal(code: str, *, detail: str = "", faults: tuple[problems.Fault, ...] = (), kept: bool = True) -> Answer:
    """Return a problem as the answer to an act."""
    fields = problems.body(code, detail=detail, faults=faults)
    return Answer(fields["status"], fields, kept)


def once(request: HttpRequest, key: str, act: Callable[[datetime], Answer]) -> HttpResponse:
    """Do an act, or answer as the first time.

    Args:
        request: of the act; its method, address and body are what the key stands for.
        key: drawn by the caller.
        act: takes the time, UTC; what it writes is kept together with its answer.
    """
    return once_of(request, key, request.body, act)


def once_of(request: HttpRequest, key: str, said: bytes, act: Callable[[datetime], Answer]) -> HttpResponse:
    """Do an act whose body is not at hand any more, or answer as the first time.

    Args:
        request: of the act.
        key: drawn by the caller.
        said: what stands for the body, such as its hash.
        act: as `once` takes it.
    """
    asked = _digest(request, said)
    try:
        return _once(request, key, asked, act)
    except IntegrityError:  # another process has just done it, and its answer is there now
        return _once(request, key, asked, act)


def _once(request: HttpRequest, key: str, asked: bytes, act: Callable[[datetime], Answer]) -> HttpResponse:
    token, at = token_of(request), timezone.now()
    digest = hashlib.sha256(key.encode()).digest()
    with writing():
        found = _kept(token, digest, at)
        if found is None:
            answer = act(at)
            if answer.kept:
                KeptAnswer.objects.create(
                    token=token, key=digest, asked=asked, status=answer.status, answer=answer.fields, at=at
                )
            return _answered(answer)
    if bytes(found.asked) != asked:
        return problems.problem("key-used", faults=(problems.Fault("Idempotency-Key", str(_remedy())),))
    response = _answered(Answer(found.status, found.answer))
    response[REPLAYED] = "true"
    return response


def _remedy() -> Any:  # noqa: ANN401 - a lazy text
    return problems.KINDS["key-used"].remedy


def _kept(token: AccessToken, key: bytes, at: datetime) -> KeptAnswer | None:
    """Return what was answered under a key within a day; what is older is forgotten."""
    KeptAnswer.objects.filter(token=token, key=key, at__lt=at - KEPT).delete()
    return KeptAnswer.objects.filter(token=token, key=key).first()


def _answered(answer: Answer) -> HttpResponse:
    if answer.status >= HTTPStatus.BAD_REQUEST:
        return problems.written(answer.fields)
    response = JsonResponse(dict(answer.fields), status=answer.status, json_dumps_params={"ensure_ascii": False})
    if place := answer.fields.get("place"):
        response["Location"] = str(place)
    return response


def _digest(request: HttpRequest, said: bytes) -> bytes:
    asked = hashlib.sha256()
    for part in (str(request.method).encode(), request.get_full_path().encode(), said):
        asked.update(len(part).to_bytes(8) + part)
    return asked.digest()
