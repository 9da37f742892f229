"""A small stand-in for TensorFlow Serving: its gRPC and REST protocols over a SavedModel."""

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

HTTP_CODES = {"NOT_FOUND": 404, "INVALID_ARGUMENT": 400}


class Refused(Exception):
    """What the server answers with an error: the name of a status code, and a message."""


class Served:
    """A SavedModel under a name."""

    def __init__(self, folder, name):
        self.name = name
        self.loaded = tf.saved_model.load(str(folder))

    def predict(self, name, signature, inputs):
        """Run a signature: tensors by name in and out."""
        if name != self.name:
            raise Refused("NOT_FOUND", f"Servable not found for request: Latest({name})")
        function = self.loaded.signatures.get(signature or "serving_default")
        if function is None:
            raise Refused("INVALID_ARGUMENT", f'Serving signature name: "{signature}" not found')
        expected = function.structured_input_signature[1]
        if set(inputs) != set(expected):
            raise Refused("INVALID_ARGUMENT", f"inputs are {sorted(inputs)}")
        for key, spec in expected.items():
            if not spec.is_compatible_with(inputs[key]):
                raise Refused("INVALID_ARGUMENT", f"{key} is {inputs[key].shape}, {spec} expected")
        try:
            return function(**inputs)
        except tf.errors.InvalidArgumentError as error:
            raise Refused("INVALID_ARGUMENT", error.message) from error


class Service(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, served):
        self.served = served

    def Predict(self, request, context):  # noqa: N802
        inputs = {
            name: tf.constant(tf.make_ndarray(tensor)) for name, tensor in request.inputs.items()
        }
        spec = request.model_spec
        try:
            outputs = self.served.predict(spec.name, spec.signature_name, inputs)
        except Refused as error:
            code, message = error.args
            context.abort(grpc.StatusCode[code], message)
        response = predict_pb2.PredictResponse()
        response.model_spec.CopyFrom(spec)
        for name, tensor in outputs.items():
            response.outputs[name].CopyFrom(tf.make_tensor_proto(tensor.numpy()))
        return response


def from_json(value):
    """Decode {"b64": ...} objects wherever they are."""
    if isinstance(value, dict):
        return base64.b64decode(value["b64"])
    return [from_json(part) for part in value] if isinstance(value, list) else value


def to_json(value, as_base64):
    """Encode bytes, as {"b64": ...} objects or as text."""
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()} if as_base64 else value.decode()
    return [to_json(part, as_base64) for part in value] if isinstance(value, list) else value


def rest_predict(served, path, body):
    """Answer POST /v1/models/NAME:predict in the row format and in the columnar format."""
    name = path.removeprefix("/v1/models/").removesuffix(":predict")
    signature = body.get("signature_name", "serving_default")
    function = served.loaded.signatures[signature]
    specs = function.structured_input_signature[1]
    columns = body.get("inputs")
    if columns is None:
        # A row of a signature with one input may be the value itself.
        rows = [
            row if isinstance(row, dict) and set(row) == set(specs) else dict.fromkeys(specs, row)
            for row in body["instances"]
        ]
        columns = {key: [row[key] for row in rows] for key in specs}
    inputs = {
        key: tf.constant(from_json(value), specs[key].dtype) for key, value in columns.items()
    }
    outputs = {
        key: to_json(tensor.numpy().tolist(), key.endswith("_bytes"))
        for key, tensor in served.predict(name, signature, inputs).items()
    }
    if "inputs" in body:
        return {"outputs": outputs}
    rows = zip(*outputs.values(), strict=True)
    return {"predictions": [dict(zip(outputs, row, strict=True)) for row in rows]}


def handler_of(served):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):  # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"]))
            code = 200
            try:
                answer = rest_predict(served, self.path, json.loads(body))
            except Refused as error:
                code, answer = HTTP_CODES[error.args[0]], {"error": error.args[1]}
            except (ValueError, LookupError, TypeError) as error:
                code, answer = 400, {"error": repr(error)}
            data = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments):
            pass

    return Handler


@contextmanager
def serving(folder, name):
    """Serve a SavedModel; give the addresses of its gRPC and REST ports."""
    served = Served(folder, name)
    # As TensorFlow Serving does, take messages of any size.
    options = [
        ("grpc.max_receive_message_length", -1),
        ("grpc.max_send_message_length", -1),
    ]
    rpc = grpc.server(ThreadPoolExecutor(2), options=options)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(Service(served), rpc)
    port = rpc.add_insecure_port("127.0.0.1:0")
    rpc.start()
    web = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(served))
    threading.Thread(target=web.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{port}", f"http://127.0.0.1:{web.server_port}"
    finally:
        web.shutdown()
        web.server_close()
        rpc.stop(None)
