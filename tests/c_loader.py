"""Runs a SavedModel as TensorFlow's servers do: with the C library alone.

As a program, in a process that never imports TensorFlow in Python::

    python c_loader.py LIBRARIES SAVED_MODEL JOBS RESULTS

LIBRARIES is the folder of libtensorflow_cc.so.2. JOBS is a pickled list of pairs: inputs by tensor
name (uint8 arrays, or lists of bytes), and names of output tensors. RESULTS becomes a pickled list
with, for each job, the outputs (arrays, or object arrays of bytes) or (error code, message).
"""

import ctypes
import pickle
import resource
import subprocess
import sys
from ctypes import c_char_p, c_int, c_int64, c_size_t, c_void_p
from pathlib import Path

import numpy as np

UINT8, STRING = 4, 7
DTYPES = {1: np.float32, UINT8: np.uint8}
INVALID_ARGUMENT = 3


class Output(ctypes.Structure):
    _fields_ = [("operation", c_void_p), ("index", c_int)]


class Library:
    """The few functions of TensorFlow's C API that are needed here."""

    RESULTS = {
        "TF_NewStatus": c_void_p,
        "TF_Message": c_char_p,
        "TF_GetCode": c_int,
        "TF_NewGraph": c_void_p,
        "TF_NewSessionOptions": c_void_p,
        "TF_LoadSessionFromSavedModel": c_void_p,
        "TF_GraphOperationByName": c_void_p,
        "TF_AllocateTensor": c_void_p,
        "TF_TensorData": c_void_p,
        "TF_TensorType": c_int,
        "TF_NumDims": c_int,
        "TF_Dim": c_int64,
        "TF_StringGetDataPointer": c_void_p,
        "TF_StringGetSize": c_size_t,
        "TF_SessionRun": None,
        "TF_StringInit": None,
        "TF_StringCopy": None,
        "TF_DeleteTensor": None,
    }
    STRING_BYTES = 24  # of a TF_TString

    def __init__(self, folder):
        self.parts = [
            ctypes.CDLL(str(Path(folder) / f"libtensorflow_{name}.so.2"), ctypes.RTLD_GLOBAL)
            for name in ("framework", "cc")
        ]
        for name, result in self.RESULTS.items():
            function = next(getattr(p, name) for p in self.parts if hasattr(p, name))
            function.restype = result
            setattr(self, name, function)
        self.status = c_void_p(self.TF_NewStatus())

    def error(self):
        code = self.TF_GetCode(self.status)
        return (code, self.TF_Message(self.status).decode()) if code else None

    def tensor(self, value):
        is_array = isinstance(value, np.ndarray)
        shape = value.shape if is_array else (len(value),)
        dims = (c_int64 * len(shape))(*shape)
        dtype = UINT8 if is_array else STRING
        size = value.nbytes if is_array else self.STRING_BYTES * len(value)
        tensor = c_void_p(self.TF_AllocateTensor(dtype, dims, len(shape), c_size_t(size)))
        data = self.TF_TensorData(tensor)
        if is_array:
            ctypes.memmove(data, np.ascontiguousarray(value).ctypes.data, size)
        for index, text in enumerate(() if is_array else value):
            place = c_void_p(data + index * self.STRING_BYTES)
            self.TF_StringInit(place)
            self.TF_StringCopy(place, text, c_size_t(len(text)))
        return tensor

    def array(self, tensor):
        shape = [self.TF_Dim(tensor, axis) for axis in range(self.TF_NumDims(tensor))]
        count = int(np.prod(shape))
        data, dtype = self.TF_TensorData(tensor), self.TF_TensorType(tensor)
        if dtype != STRING:
            size = count * np.dtype(DTYPES[dtype]).itemsize
            raw = ctypes.string_at(data, size) if size else b""
            return np.frombuffer(raw, DTYPES[dtype]).reshape(shape)
        texts = np.empty(count, object)
        for index in range(count):
            place = c_void_p(data + index * self.STRING_BYTES)
            size = self.TF_StringGetSize(place)
            texts[index] = ctypes.string_at(self.TF_StringGetDataPointer(place), size)
        return texts.reshape(shape)


class Model:
    def __init__(self, library, folder):
        self.library = library
        self.graph = c_void_p(library.TF_NewGraph())
        tags = (c_char_p * 1)(b"serve")
        self.session = c_void_p(
            library.TF_LoadSessionFromSavedModel(
                c_void_p(library.TF_NewSessionOptions()),
                None,
                str(folder).encode(),
                tags,
                1,
                self.graph,
                None,
                library.status,
            )
        )
        if library.error():
            raise RuntimeError(library.error())

    def place(self, name):
        operation, index = name.split(":")
        found = self.library.TF_GraphOperationByName(self.graph, operation.encode())
        assert found, name
        return Output(found, int(index))

    def run(self, inputs, outputs):
        library = self.library
        tensors = [library.tensor(value) for value in inputs.values()]
        feeds = (Output * len(inputs))(*map(self.place, inputs))
        fetches = (Output * len(outputs))(*map(self.place, outputs))
        results = (c_void_p * len(outputs))()
        library.TF_SessionRun(
            self.session,
            None,
            feeds,
            (c_void_p * len(tensors))(*tensors),
            len(tensors),
            fetches,
            results,
            len(outputs),
            None,
            0,
            None,
            library.status,
        )
        for tensor in tensors:
            library.TF_DeleteTensor(tensor)
        if library.error():
            return library.error()
        arrays = [library.array(c_void_p(result)) for result in results]
        for result in results:
            library.TF_DeleteTensor(c_void_p(result))
        return arrays


def signature(folder, name):
    """Give the tensor names of a signature's inputs and outputs, each by its own name."""
    from tensorflow.core.protobuf import saved_model_pb2

    saved = saved_model_pb2.SavedModel.FromString((Path(folder) / "saved_model.pb").read_bytes())
    definition = saved.meta_graphs[0].signature_def[name]
    return tuple(
        {key: info.name for key, info in part.items()}
        for part in (definition.inputs, definition.outputs)
    )


def run_apart(folder, calls, workplace, libraries=None):
    """Run calls of a SavedModel in a process of its own.

    Args:
        folder: of the SavedModel.
        calls: pairs of a signature's name and its one input, or its inputs by name.
        workplace: folder for the files that go to and fro.
        libraries: folder of the C libraries; TensorFlow's own if None.

    Returns:
        For each call its outputs by name, or (error code, message); the peak memory in bytes.
    """
    if libraries is None:
        import tensorflow as tf

        libraries = tf.sysconfig.get_lib()
    jobs, names = [], []
    for name, value in calls:
        inputs, outputs = signature(folder, name)
        given = value if isinstance(value, dict) else dict.fromkeys(inputs, value)
        given = {inputs[key]: one for key, one in given.items()}
        jobs.append((given, list(outputs.values())))
        names.append(list(outputs))
    job_file, result_file = workplace / "jobs.pickle", workplace / "results.pickle"
    job_file.write_bytes(pickle.dumps(jobs))
    command = [sys.executable, __file__, libraries, folder, job_file, result_file]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    results, peak = pickle.loads(result_file.read_bytes())
    paired = zip(names, results, strict=True)
    return [
        dict(zip(keys, values, strict=True)) if isinstance(values, list) else values
        for keys, values in paired
    ], peak


def main():
    libraries, folder, job_file, result_file = sys.argv[1:]
    model = Model(Library(libraries), folder)
    jobs = pickle.loads(Path(job_file).read_bytes())
    results = [model.run(*job) for job in jobs]
    assert not any(name.split(".")[0] == "tensorflow" for name in sys.modules)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    Path(result_file).write_bytes(pickle.dumps((results, peak)))


if __name__ == "__main__":
    main()
