"""Colour sketches with a model that TensorFlow Serving serves.

python serving_client.py sketch.png                        over REST, at http://localhost:8501
python serving_client.py *.png --out coloured --rest http://gpu-box:8501
python serving_client.py sketch.png --grpc localhost:8500  over gRPC; needs tensorflow-serving-api
python serving_client.py sketch.png --hints dabs.png       with colours at places

For each NAME the proposals NAME_1.png, NAME_2.png ... are written; the results of sketches of one
name have their folder's name or their suffix in theirs. The exit status is 1 if any sketch could
not be coloured. Photographs that lie on their side by EXIF are to be turned first: the server does
not read EXIF.
"""

import base64
import http.client
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

import click

UNLIMITED = -1
DT_STRING = 7
WITH_HINTS = "colorize_bytes_with_hints"


class ServerError(Exception):
    """The server cannot be reached, or it answered with an error; one line."""


class RestClient:
    """Talks to the REST port.

    Args:
        address: as in http://localhost:8501.
        model: the model's name on the server.
        timeout: seconds to wait for an answer.
    """

    def __init__(self, address: str, model: str, timeout: float):
        if not address.startswith(("http://", "https://")):
            address = f"http://{address}"
        name = urllib.parse.quote(model, safe="", errors="replace")
        self.url = f"{address.rstrip('/')}/v1/models/{name}:predict"
        self.timeout = timeout

    def colour(self, data: bytes, hints: bytes | None = None) -> tuple[list[bytes], str]:
        """Send an encoded picture; give the proposals as PNG files, and the status.

        Args:
            data: the picture.
            hints: a transparent picture of its size, encoded, for a model that takes hints.

        Raises:
            ServerError: there is no such server, or it answered with an error.
        """
        files = [{"b64": base64.b64encode(part).decode()} for part in (data, hints or b"")]
        body = {"instances": files[:1]}
        if hints is not None:
            names = "image_bytes", "hint_bytes"
            body = {
                "signature_name": WITH_HINTS,
                "instances": [dict(zip(names, files, strict=True))],
            }
        headers = {"Content-Type": "application/json"}
        try:
            request = urllib.request.Request(self.url, json.dumps(body).encode(), headers)
            with urllib.request.urlopen(request, timeout=self.timeout) as response:
                answer = response.read()
        except urllib.error.HTTPError as error:
            raise ServerError(f"{self.url}: {error.code} {_reason(error)}") from error
        except OSError as error:
            reason = getattr(error, "reason", error)
            raise ServerError(f"{self.url}: no answer; {_one_line(reason)}") from error
        except (http.client.InvalidURL, ValueError, OverflowError) as error:
            raise ServerError(f"{self.url}: cannot be asked; {_one_line(error)}") from error
        except http.client.HTTPException as error:
            text = "the answer is not whole or not HTTP; is this the server's REST port?"
            raise ServerError(f"{self.url}: {text}") from error
        try:
            prediction = json.loads(answer)["predictions"][0]
            pngs = [base64.b64decode(png["b64"]) for png in prediction["png_bytes"]]
            return pngs, prediction["status"]
        except (ValueError, LookupError, TypeError) as error:
            raise ServerError(f"{self.url}: answered with something else than pictures") from error


class GrpcClient:
    """Talks to the gRPC port.

    Args:
        address: as in localhost:8500.
        model: the model's name on the server.
        timeout: seconds to wait for an answer.

    Raises:
        ServerError: tensorflow-serving-api is not installed.
    """

    def __init__(self, address: str, model: str, timeout: float):
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        try:
            with _quiet_stderr():
                import grpc
                from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc
        except ImportError as error:
            raise ServerError("gRPC needs the package tensorflow-serving-api") from error
        self.grpc, self.messages = grpc, predict_pb2
        self.address, self.model, self.timeout = address, model, timeout
        # gRPC refuses answers of more than 4 MiB unless told otherwise: nine pictures are more.
        options = [
            ("grpc.max_receive_message_length", UNLIMITED),
            ("grpc.max_send_message_length", UNLIMITED),
        ]
        channel = grpc.insecure_channel(address, options)
        self.service = prediction_service_pb2_grpc.PredictionServiceStub(channel)

    def colour(self, data: bytes, hints: bytes | None = None) -> tuple[list[bytes], str]:
        """Send an encoded picture; give the proposals as PNG files, and the status.

        Args:
            data: the picture.
            hints: a transparent picture of its size, encoded, for a model that takes hints.

        Raises:
            ServerError: there is no such server, or it answered with an error.
        """
        request = self.messages.PredictRequest()
        request.model_spec.name = self.model
        request.model_spec.signature_name = "serving_default" if hints is None else WITH_HINTS
        for name, part in (("image_bytes", data), ("hint_bytes", hints)):
            if part is not None:
                tensor = request.inputs[name]
                tensor.dtype = DT_STRING
                tensor.tensor_shape.dim.add().size = 1
                tensor.string_val.append(part)
        try:
            outputs = self.service.Predict(request, self.timeout).outputs
        except self.grpc.RpcError as error:
            text = f"{error.code().name}; {_one_line(error.details())}"
            raise ServerError(f"{self.address}: {text}") from error
        if not {"png_bytes", "status"} <= set(outputs):
            raise ServerError(f"{self.address}: answered with something else than pictures")
        return list(outputs["png_bytes"].string_val), outputs["status"].string_val[0].decode()


@contextmanager
def _quiet_stderr():
    """Keep the C++ parts of TensorFlow, which prints as it is imported, from stderr."""
    try:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # there is no stderr to keep quiet
        yield
        return
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return _one_line(json.load(error)["error"])
    except (OSError, ValueError, LookupError, TypeError, http.client.HTTPException):
        return _one_line(error.reason)


def _one_line(text) -> str:
    return " ".join(str(text).split())[:300]


def stems(sketches: list[Path]) -> list[str]:
    """Give every sketch a name of its own for its results, whatever the folders they lie in.

    Where names are alike, the folder's name is put before them if the folders differ, and the
    suffix behind if the suffixes do; then they are counted.
    """
    groups = defaultdict(list)
    for sketch in sketches:
        # casefold: A.png and a.png meet on file systems that ignore case.
        groups[sketch.stem.casefold()].append(sketch)
    taken, result = set(), []
    for sketch in sketches:
        alike = groups[sketch.stem.casefold()]
        stem, folder = sketch.stem, sketch.resolve().parent
        if len({other.resolve().parent for other in alike}) > 1:
            stem = f"{folder.name}_{stem}"
        if len({other.suffix.lower() for other in alike}) > 1:
            stem = f"{stem}_{sketch.suffix[1:].lower()}"
        free, number = stem, 2
        while free.casefold() in taken:
            free, number = f"{stem}-{number}", number + 1
        taken.add(free.casefold())
        result.append(free)
    return result


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f".part-{os.getpid()}-{path.name}")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("sketches", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("colored"),
    show_default=True,
    help="Folder for the results; created if need be.",
)
@click.option(
    "--rest",
    metavar="URL",
    default="http://localhost:8501",
    show_default=True,
    help="The server's REST address.",
)
@click.option(
    "--grpc", metavar="HOST:PORT", help="The server's gRPC address; this is used, if given."
)
@click.option(
    "--hints",
    type=click.Path(path_type=Path),
    help="For one sketch and a model that takes hints: dabs of colour on a transparent picture of "
    "the sketch's size.",
)
@click.option("--model", default="sgru", show_default=True, help="The model's name on the server.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=120,
    show_default=True,
    help="Seconds to wait for each sketch.",
)
@click.pass_context
def main(ctx, sketches, out, rest, grpc, hints, model, timeout):
    """Colour SKETCHES (PNG, JPEG, WebP, BMP, GIF) with a model on TensorFlow Serving."""
    if hints and len(sketches) > 1:
        raise click.UsageError("--hints are those of one sketch; give one")
    try:
        dabs = hints.read_bytes() if hints else None
    except OSError as error:
        raise click.ClickException(f"{hints}: {error.strerror}") from error
    if dabs == b"":  # to the server, no hints
        raise click.ClickException(f"{hints}: is empty")
    try:
        client = GrpcClient(grpc, model, timeout) if grpc else RestClient(rest, model, timeout)
        out.mkdir(parents=True, exist_ok=True)
    except ServerError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"cannot create {out}: {error.strerror}") from error
    failed, sources = 0, {sketch.resolve() for sketch in sketches}
    for sketch, stem in zip(sketches, stems(sketches), strict=True):
        try:
            pngs, status = client.colour(sketch.read_bytes(), dabs)
            results = [] if status else [out / f"{stem}_{n + 1}.png" for n in range(len(pngs))]
            if any(path.resolve() in sources for path in results):
                status, results = "a result would replace a sketch; use another --out", []
            for path, png in zip(results, pngs, strict=False):
                write(path, png)
        except ServerError as error:
            # Not the sketch's fault: the next one would fail in the same way.
            raise click.ClickException(str(error)) from error
        except OSError as error:
            status = error.strerror or _one_line(error)
        if status:
            failed += 1
            click.echo(f"failed: {sketch}: {status}", err=True)
    click.echo(f"coloured {len(sketches) - failed}, failed {failed} -> {out}")
    ctx.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
