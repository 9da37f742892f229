"""TFLite files colour, without TensorFlow, at any size; bad files are told plainly."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest
from PIL import Image

import sgru_tf
from sgru_tf import backends
from sgru_tf.config import ModelConfig
from sgru_tf.errors import SgruError
from sgru_tf.litert import LiteRTNetwork, read_metadata
from sgru_tf.loading import load_model, shipped_tflite


@pytest.fixture(scope="module")
def shipped():
    return LiteRTNetwork(shipped_tflite(), threads=1)


@pytest.fixture(scope="module")
def keras_network():
    return backends.open_network()


def drawing(height, width):
    """A page of noise lines: ink everywhere, so that every part of the network is at work."""
    random = np.random.default_rng(height * 1000 + width)
    page = np.where(random.random((1, height, width, 1)) < 0.1, 40, 255)
    return page.astype("float32")


def psnr(first, second):
    second = np.rint(np.clip(second, 0, 255))
    return 10 * np.log10(255**2 / np.mean((first.astype(float) - second) ** 2))


def test_the_shipped_file_draws_what_the_keras_model_draws_at_several_sizes(shipped, keras_network):
    for height, width in ((64, 64), (96, 32), (64, 160), (64, 64)):
        page = drawing(height, width)
        answer = shipped(page)
        assert answer.shape == (1, 9, height, width, 3) and answer.dtype == np.uint8
        assert psnr(answer, keras_network(page)) > 38


def test_threads_may_share_it(shipped):
    from concurrent.futures import ThreadPoolExecutor

    pages = [drawing(64, 64), drawing(32, 96), drawing(64, 32)] * 8
    alone = [shipped(page) for page in pages]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(shipped, pages))
    assert all((one == other).all() for one, other in zip(alone, together, strict=True))


def test_what_it_says_of_itself(shipped):
    assert shipped.proposals == 9
    assert shipped.working_size == 320
    # The file may be older than some settings, which then were at their defaults.
    assert ModelConfig.from_dict(shipped.metadata["config"]) == load_model().sgru_config
    assert shipped.metadata["precision"] in ("dynamic", "int8")
    assert shipped_tflite().stat().st_size < 5_000_000


def test_padded_to_the_files_own_size_where_it_cannot_be_resized(keras_network, monkeypatch):
    network = LiteRTNetwork(shipped_tflite(), threads=1)
    network._own_shape = (128, 96)
    allocated = network._allocated
    monkeypatch.setattr(
        network, "_allocated", lambda shape: shape == (128, 96) and allocated(shape)
    )
    page = drawing(96, 64)
    padded = np.full((1, 128, 96, 1), 255, "float32")
    padded[:, :96, :64] = page
    answer = network(page)
    assert answer.shape == (1, 9, 96, 64, 3)
    assert psnr(answer, keras_network(padded)[:, :, :96, :64]) > 38
    with pytest.raises(SgruError, match="made for 96 x 128 pixels; use --size 96"):
        network(drawing(32, 128))


def test_colorizer_takes_the_file_and_keeps_the_sketchs_size():
    colorizer = sgru_tf.Colorizer(shipped_tflite(), size=64)
    sketch = np.full((50, 77), 255, np.uint8)
    sketch[10:40, 20] = 0
    pictures = colorizer(sketch)
    assert pictures.shape == (9, 50, 77, 3)
    assert (pictures[:, 10:40, 20] == 0).all()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"not a model at all", "not a TFLite file"),
        ("cut at 8", "damaged"),
        ("cut at 100000", "damaged"),
        ("cut at -10", "LiteRT cannot open it"),
    ],
)
def test_bad_files_are_one_line(tmp_path, content, problem):
    path = tmp_path / "bad.tflite"
    if isinstance(content, str):
        content = shipped_tflite().read_bytes()[: int(content.split()[-1])]
    path.write_bytes(content)
    with pytest.raises(SgruError) as caught:
        backends.open_network(path)
    assert str(path) in str(caught.value) and problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(SgruError, match=r"none\.tflite: .*No such file"):
        LiteRTNetwork(tmp_path / "none.tflite")


def test_a_file_of_another_project(tmp_path):
    content = shipped_tflite().read_bytes()
    path = tmp_path / "foreign.tflite"
    assert content.count(b"sgru_tf\0") == 1
    path.write_bytes(content.replace(b"sgru_tf\0", b"foreign\0"))
    with pytest.raises(SgruError, match="not a model of sgru_tf; make one with sgru-export"):
        read_metadata(path)


def test_it_is_not_taken_for_a_keras_model():
    with pytest.raises(SgruError, match="can colour .*, not be trained or exported"):
        load_model(shipped_tflite())


def in_new_python(code, folder):
    """Run code where no package of TensorFlow or Keras can be found, as in the base install."""
    hidden = textwrap.dedent("""
        import sys
        from importlib.machinery import PathFinder

        class Light(PathFinder):
            @classmethod
            def find_spec(cls, name, path=None, target=None):
                if name.split(".")[0] in ("tensorflow", "keras", "jax", "torch"):
                    return None
                return PathFinder.find_spec(name, path, target)

        sys.meta_path[sys.meta_path.index(PathFinder)] = Light
    """)
    done = subprocess.run(
        [sys.executable, "-c", hidden + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_base_install_colours_by_default(tmp_path):
    Image.fromarray(drawing(60, 90)[0, :, :, 0].astype(np.uint8)).save(tmp_path / "page.png")
    done = in_new_python(
        """
        from sgru_tf.cli import infer
        infer(["page.png", "--out", "out", "--size", "64"], standalone_mode=False)
        """,
        tmp_path,
    )
    assert "coloured 1, skipped 0, failed 0" in done.stdout
    assert done.stderr == ""
    assert len(list((tmp_path / "out").iterdir())) == 10


def test_the_base_install_says_what_a_keras_model_needs(tmp_path):
    Image.new("L", (40, 40), 255).save(tmp_path / "page.png")
    done = in_new_python(
        """
        from click.testing import CliRunner
        from sgru_tf.cli import infer
        from sgru_tf.loading import shipped_model
        result = CliRunner().invoke(infer, ["page.png", "--model", str(shipped_model())])
        print(result.exit_code, result.output)
        """,
        tmp_path,
    )
    assert done.stdout.startswith("1 ") and "install with the extra [tf]" in done.stdout


def test_tensorflow_is_left_alone_where_it_is_installed(tmp_path):
    Image.new("L", (40, 40), 255).save(tmp_path / "page.png")
    code = (
        "import sys; from sgru_tf.cli import infer; from sgru_tf.loading import shipped_tflite;"
        "infer(['page.png', '--model', str(shipped_tflite()), '--size', '64'],"
        " standalone_mode=False);"
        "sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
