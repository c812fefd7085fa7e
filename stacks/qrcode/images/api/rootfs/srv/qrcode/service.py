"""The API: makes QR codes, each by a worker of its own that the broker launches."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import os
from typing import Annotated

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from swagger_ui_bundle import swagger_ui_path

BROKER_SOCKET = os.environ.get("BROKER_SOCKET", "/run/qrcode/gate/broker.sock")

# The broker bounds its queue and each worker; this is for a broker that hangs. Clients beyond the
# connections wait for one for a second, and are told then.
TIMEOUT = httpx.Timeout(600, connect=2, pool=1)
LIMITS = httpx.Limits(max_connections=128, max_keepalive_connections=0)

# Most bytes of a text in UTF-8, as the broker has it.
MAXIMUM_BYTES = 2000


def _printable(text: str) -> str:
    """Refuse what the broker would refuse, with a sentence for people."""
    if any(character not in "\t\n\r" and not _is_written(character) for character in text):
        raise ValueError("the text holds control characters, or halves of surrogate pairs")
    if len(text.encode()) > MAXIMUM_BYTES:
        raise ValueError(f"the text takes more than {MAXIMUM_BYTES} bytes in UTF-8")
    return text


def _is_written(character: str) -> bool:
    number = ord(character)
    return not (number < 0x20 or 0x7F <= number < 0xA0 or 0xD800 <= number < 0xE000)


class Code(BaseModel):
    """What a code is to hold."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[
        str, Field(min_length=1, max_length=MAXIMUM_BYTES), AfterValidator(_printable)
    ] = Field(description="An address, a contact, any text.", examples=["https://shop.example/"])


class Problem(BaseModel):
    """Why there is no code."""

    error: str


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    transport = httpx.AsyncHTTPTransport(uds=BROKER_SOCKET, limits=LIMITS)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://broker", timeout=TIMEOUT, trust_env=False
    ) as broker:
        app.state.broker = broker
        yield


app = FastAPI(
    title="QR codes",
    description="Each code is made by a container of its own, which lives for that one code.",
    version="1.0",
    # Swagger UI comes from this service alone, see `documentation`.
    docs_url=None,
    redoc_url=None,
    openapi_url="/api/openapi.json",
    lifespan=_lifespan,
)
app.mount("/api/docs/assets", StaticFiles(directory=swagger_ui_path))


@app.exception_handler(RequestValidationError)
async def _refuse(_request: Request, error: RequestValidationError) -> JSONResponse:
    """One sentence, without what was sent: that may be no text that JSON could hold."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return JSONResponse({"error": f"{place}: {first['msg']}"}, 422)


@app.get("/api/docs", include_in_schema=False)
async def documentation() -> HTMLResponse:
    return get_swagger_ui_html(
        openapi_url="openapi.json",
        title="QR codes: the API",
        swagger_js_url="docs/assets/swagger-ui-bundle.js",
        swagger_css_url="docs/assets/swagger-ui.css",
        swagger_favicon_url="docs/assets/favicon-32x32.png",
    )


@app.get("/api/health", tags=["operation"], responses={503: {"model": Problem}})
async def health() -> JSONResponse:
    """Whether a code could be made now: the broker, the Engine and the worker's image are there."""
    try:
        answer = await app.state.broker.get("/health", timeout=3)
    except httpx.HTTPError:
        return JSONResponse({"status": "error", "broker": "it does not answer"}, 503)
    if answer.status_code != 200:
        return JSONResponse({"status": "error", "broker": answer.json()["status"]}, 503)
    return JSONResponse({"status": "ok", "broker": "ok"})


@app.get("/api/stats", tags=["operation"])
async def stats() -> JSONResponse:
    """What the broker has done since its start, and what it has refused."""
    try:
        answer = await app.state.broker.get("/stats", timeout=3)
    except httpx.HTTPError:
        return JSONResponse({"error": "The broker does not answer."}, 503)
    return JSONResponse(answer.json())


@app.post(
    "/api/codes",
    tags=["codes"],
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}}, "description": "The picture of the code."},
        422: {"model": Problem, "description": "The text cannot be a code."},
        502: {"model": Problem, "description": "The worker failed."},
        503: {"model": Problem, "description": "The queue is full: come again after `Retry-After`."},
        504: {"model": Problem, "description": "The worker took too long, and was removed."},
    },
)
async def make_code(code: Code) -> Response:
    """Make the QR code of a text, as a PNG."""
    try:
        answer = await app.state.broker.post(
            "/jobs",
            content=code.text.encode(),
            headers={"Content-Type": "text/plain; charset=utf-8"},
        )
    except httpx.PoolTimeout:
        return JSONResponse(
            {"error": "Too many clients wait."}, 503, headers={"Retry-After": "5"}
        )
    except httpx.ReadTimeout:
        return JSONResponse({"error": "The code took too long."}, 504)
    except httpx.HTTPError:
        return JSONResponse(
            {"error": "The broker does not answer."}, 503, headers={"Retry-After": "5"}
        )
    if answer.status_code == 200:
        return Response(answer.content, media_type="image/png")
    headers = {
        name: answer.headers[name] for name in ("Retry-After",) if name in answer.headers
    }
    return JSONResponse({"error": answer.json()["error"]}, answer.status_code, headers=headers)
