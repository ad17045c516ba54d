"""The API of a served model: recordings and streams in, answers out; errors are problem+json."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Generator, Iterator
from threading import BoundedSemaphore
from typing import Any, cast

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI, Query
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer

import yesand
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, Busy, NotFound, TooLarge, YesAndError
from yesand.oversight.feed.line import NoAnswer
from yesand.serving import body
from yesand.serving.answer import Answer
from yesand.serving.errors import NotPermitted, NotServing, Unmetered
from yesand.serving.intake import Bad
from yesand.serving.limits import BATCH, STREAMS
from yesand.serving.predictor import Predictor
from yesand.serving.shapes import (
    AUDIO,
    FILES,
    LINES,
    PCM,
    REFUSALS,
    AnswerOut,
    BatchOut,
    HealthOut,
    ModelOut,
    StreamIn,
    UseIn,
)
from yesand.serving.standing import Said, explained
from yesand.serving.streaming import Stream
from yesand.site.problems import with_problems

log = logging.getLogger("yesand.serving")
#: Where the server puts the predictor and the token into each request's environment.
PREDICTOR, TOKEN = "yesand.predictor", "yesand.token"
PROBLEM = "application/problem+json"
NOTICE = (
    "Whoever deploys an emotion recognition system must inform the people exposed to it "
    "(Regulation (EU) 2024/1689, Art. 50(3))."
)
_STATUS: tuple[tuple[type[YesAndError], int], ...] = (
    (NotPermitted, 403),
    (NotServing, 503),
    (NoAnswer, 503),
    (Unmetered, 507),
    (NotFound, 404),
    (Busy, 429),
    (TooLarge, 413),
    (BadInput, 422),
)


class Bearer(HttpBearer):
    """``Authorization: Bearer …`` (RFC 6750): the one token that whoever started this chose."""

    def authenticate(self, request: HttpRequest, token: str) -> str | None:
        """Compare it, in the same time whatever it is."""
        return token if hmac.compare_digest(token.encode(), of(request, TOKEN).encode()) else None


class Api(NinjaAPI):
    """The API, which also describes how it fails."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        """Return the OpenAPI document."""
        schema = with_problems(super().get_openapi_schema(*args, **kwargs), {})
        for path, methods in schema["paths"].items():
            for operation in methods.values() if path.startswith("/api/") else ():
                operation["responses"].update({**REFUSALS, **operation["responses"]})
        return schema


api = Api(
    title="Yes-And: a model in service",
    version=yesand.__version__,
    description=f"Emotion in voices, for uses that law and terms permit; each is metered. {NOTICE}",
    urls_namespace="serving",
    docs_url=None,
    openapi_url="/openapi.json",
    auth=Bearer(),
)


def of(request: HttpRequest, name: str) -> Any:
    """Return what the server put into the request's environment."""
    return cast(Any, request).environ[name]


@api.get("/health", response={200: HealthOut, 503: HealthOut}, auth=None)
def health(request: HttpRequest) -> tuple[int, dict[str, Any]]:
    """Say whether it answers, and if not, why."""
    served: Predictor = of(request, PREDICTOR)
    why = ""
    try:
        served.standing.check()
    except NotServing as fault:
        why = explained(fault)
    told = {
        "status": "stopped" if why else "in service",
        "why": why,
        "deployment": served.standing.deployment,
        "house": served.standing.fault,
        "usage_waiting_bytes": served.meter.waiting(),
        "usage_refused": served.usage_refused,
    }
    return (503 if why else 200), told


@api.get("/api/model", response=ModelOut)
def model(request: HttpRequest) -> dict[str, Any]:
    """Say which model serves, for whom, and for what."""
    served: Predictor = of(request, PREDICTOR)
    said: Said = served.standing.check()
    card, retire = served.voice.card, said.retire_by()
    return {
        "deployment": served.standing.deployment,
        "model": served.voice.digest,
        "manifest": served.manifest.digest,
        "licensee": said.licensee,
        "since": stamp(said.since),
        "until": stamp(said.until) if said.until else None,
        "retire_by": stamp(retire) if retire else None,
        "emotions": list(served.labels),
        "dimensions": list(served.axes),
        "traces": list(served.traced),
        "abstains_below": served.threshold,
        "permitted": served.manifest.request,
        "units": list(served.units),
        "marks": list(card.get("marks", [])),
        "limits": list(card.get("limits", [])),
        "notices": list(card.get("notices", [])) or [NOTICE],
    }


@api.post("/api/answers", response=AnswerOut, openapi_extra=AUDIO)
def answer(request: HttpRequest, asked: Query[UseIn]) -> dict[str, Any]:
    """Hear one recording, sent as it is or as the field ``recording`` of a form."""
    served: Predictor = of(request, PREDICTOR)
    use = asked.use()
    served.check(use)  # before what may be large is read
    return served.predict(
        _sent(request), use=use, threshold=asked.threshold, trace=asked.trace
    ).as_json()


@api.post("/api/answers/batch", response=BatchOut, openapi_extra=FILES)
def batch(request: HttpRequest, asked: Query[UseIn]) -> dict[str, Any]:
    """Hear many recordings, the fields ``recordings`` of a form; each is metered by itself."""
    served: Predictor = of(request, PREDICTOR)
    use = asked.use()
    served.check(use)
    files = _files(request, "recordings", BATCH)
    found = served.predict_all(
        [f.read() for f in files], use=use, threshold=asked.threshold, trace=asked.trace
    )
    rows = [_row(str(f.name), one) for f, one in zip(files, found, strict=True)]
    bad = sum(row["answer"] is None for row in rows)
    return {"answers": rows, "answered": len(rows) - bad, "bad": bad}


@api.post("/api/stream", response={200: None}, openapi_extra=PCM)
def stream(request: HttpRequest, asked: Query[StreamIn]) -> StreamingHttpResponse:
    """Hear PCM as it comes in, and answer while it does."""
    served: Predictor = of(request, PREDICTOR)
    opened = served.stream(
        asked.rate,
        use=asked.use(),
        every=asked.every,
        threshold=asked.threshold,
        trace=asked.trace,
    )
    if not _streams.acquire(blocking=False):
        raise Busy(f"{STREAMS} streams are open", after=10, remedy="Come again when one ends.")
    lines = _running(opened, body.pieces(cast(Any, request).environ, asked.rate // 10 * 2))
    return StreamingHttpResponse(_Running(lines), content_type=LINES)


_streams = BoundedSemaphore(STREAMS)


class _Running:
    """The lines of a stream that holds one of the places; the server closes it whatever happens."""

    def __init__(self, lines: Generator[bytes]) -> None:
        self._lines, self._open = lines, True

    def __iter__(self) -> Iterator[bytes]:
        return self._lines

    def close(self) -> None:
        if self._open:
            self._open = False
            try:
                self._lines.close()
            finally:
                _streams.release()


def _running(opened: Stream, pieces: Iterator[bytes]) -> Generator[bytes]:
    """Yield a line an answer; what goes wrong after the first is told in the last line."""
    gone = False
    try:
        with opened:
            try:
                for piece in pieces:
                    if (found := opened.feed(piece)) is not None:
                        yield _line({"at": round(opened.seconds, 3), **found.as_json()})
            except GeneratorExit:
                gone = True
                raise
            end = opened.close()
        ended = end.as_json() if end else {"seconds": opened.seconds}
    except YesAndError as fault:
        if gone:  # nobody is there to be told
            return
        ended = {"problem": _problem(fault)}
    yield _line({"end": True, **ended})


def _line(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"


def _sent(request: HttpRequest) -> bytes:
    environ = cast(Any, request).environ
    if not str(request.content_type).startswith("multipart/"):
        return body.whole(environ)
    (file,) = _files(request, "recording", 1)
    return bytes(file.read())


def _files(request: HttpRequest, name: str, most: int) -> list[Any]:
    """Return a form's files of one name: one, up to so many."""
    body.check_form(cast(Any, request).environ)
    remedy = f"Send 1 to {most} files as the field {name}, in a form."
    try:
        found = request.FILES.getlist(name)
    except (MultiPartParserError, SuspiciousOperation, OSError) as fault:
        raise BadInput(f"No form that is taken: {fault}", where=name, remedy=remedy) from fault
    if not 0 < len(found) <= most:
        raise BadInput(f"{len(found)} recordings", where=name, remedy=remedy)
    return list(found)


def _row(name: str, one: Answer | Bad) -> dict[str, Any]:
    if isinstance(one, Bad):
        return {"name": name, "answer": None, "problem": one.fault.as_dict()}
    return {"name": name, "answer": one.as_json(), "problem": None}


def _problem(fault: YesAndError) -> dict[str, Any]:
    status = next((s for kind, s in _STATUS if isinstance(fault, kind)), 409)
    detail = ". ".join(filter(None, (fault.where, fault.remedy)))
    return {"type": "about:blank", "status": status, "title": fault.what, "detail": detail}


def problem(status: int, title: str, detail: str = "") -> HttpResponse:
    """Answer with a problem (RFC 9457)."""
    told = {"type": "about:blank", "status": status, "title": title, "detail": detail}
    return JsonResponse(told, status=status, content_type=PROBLEM)


@api.exception_handler(YesAndError)
def _ours(request: HttpRequest, fault: YesAndError) -> HttpResponse:
    told = _problem(fault)
    answer = JsonResponse(told, status=told["status"], content_type=PROBLEM)
    if isinstance(fault, Busy):
        answer.headers["Retry-After"] = str(fault.after)
    return answer


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    rows = (f"{'.'.join(map(str, row['loc']))}: {row['msg']}" for row in fault.errors)
    return problem(422, "The request is not as the API describes it", "; ".join(rows))


@api.exception_handler(AuthenticationError)
def _nobody(request: HttpRequest, _: AuthenticationError) -> HttpResponse:
    answer = problem(401, "Send the token that this server was started with (YESAND_SERVE_TOKEN)")
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(HttpError)
def _told(request: HttpRequest, fault: HttpError) -> HttpResponse:
    return problem(fault.status_code, str(fault))


@api.exception_handler(Exception)
def _fault(request: HttpRequest, fault: Exception) -> HttpResponse:
    log.exception("%s %s failed", request.method, request.path)
    return problem(500, "We made a mistake; it is ours, not yours")


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that nothing is here."""
    return problem(404, "Nothing is here", "See /openapi.json")


def broken(request: HttpRequest) -> HttpResponse:
    """Say that we failed."""
    return problem(500, "We made a mistake")
