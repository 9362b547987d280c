"""No data can run code: nothing is unpickled, nothing is made that a file names, weights are numbers only."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from attack_fixtures import Measured
from code_from_data import findings, loaders

from index.errors import ModelFault
from index.ingest.formats import read_item
from index.model.builtin import builtin_folder
from index.model.sentence_transformer import SentenceTransformerEmbedder

ROOT = Path(__file__).parents[2]
PACKAGES = ("assistant", "index", "web", "bench", "lock")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

EXPLAINED = {
    ("web/cli/__init__.py", "importlib.import_module"): "one of COMMANDS, a table in the code",
    ("index/memory.py", "ctypes"): "two functions of the C library, with numbers",
}

LOADERS = {
    "assistant/reader/model.py": {"safetensors.numpy.load"},  # verified bytes
    "assistant/reader/tokens.py": {"from_file"},  # of the built-in model's folder
    "index/model/bert.py": {"InferenceSession"},  # a graph made in memory, of the code's own nodes
    "index/model/builtin.py": {"from_file", "safetensors.numpy.load"},  # an installed package; verified bytes
    "index/model/sentence_transformer.py": {"SentenceTransformer"},  # a folder of the settings'
    "index/search/vectors.py": {"deserialize_index"},  # bytes whose hash the manifest has
    "bench/embedding.py": {"SentenceTransformer"},  # the built-in model's folder
    # training, by hand
    "assistant/reader/network.py": {"from_pretrained", "load_file", "load_state_dict", "safetensors.torch.load"},
    "assistant/reader/teacher.py": {"from_pretrained"},
    "assistant/reader/train.py": {"safe_open"},
}

PLANTED = [
    "import pickle",
    "import pickle as p\np.loads(b'')",
    "from pickle import loads as text",
    "import _pickle",
    "import marshal",
    "import shelve",
    "import dill",
    "import cloudpickle",
    "import joblib\njoblib.load('model.joblib')",
    "from joblib import load",
    "import multiprocessing.pool",
    "from multiprocessing import Pool",
    "from concurrent.futures import ProcessPoolExecutor",
    "import concurrent.futures as f\nf.ProcessPoolExecutor()",
    "def later():\n    import runpy\n    runpy.run_path('x')",
    "import ctypes",
    "import logging.config",
    "from logging import config",
    "eval('1')",
    "exec('1')",
    "compile('1', 'x', 'exec')",
    "__import__(name)",
    "import builtins\nbuiltins.eval('1')",
    "from builtins import exec as run\nrun('1')",
    "run = eval",
    "list(map(eval, rows))",
    "import importlib\nimportlib.import_module(name)",
    "from importlib import import_module as bring\nbring(f'plugins.{name}')",
    "import importlib\nimportlib.import_module('pickle')",
    "import importlib.util\nimportlib.util.spec_from_file_location('plugin', path)",
    "from importlib.machinery import SourceFileLoader",
    "import web\ngetattr(web, name)()",
    "import builtins\ngetattr(builtins, 'eval')('1')",
    "import os\ngetattr(os, 'system')('ls')",
    "import torch\ntorch.load('model.pt')",
    "import torch\ntorch.load('model.pt', weights_only=True)",
    "import torch as t\nread = t.load",
    "from torch import load\nload('model.pt')",
    "import torch.jit as j\nj.load('model.pt')",
    "from torch import hub\nhub.load('who/what', 'model')",
    "import numpy as np\nnp.load('rows.npy')",
    "import numpy as np\nnp.load('rows.npy', allow_pickle=True)",
    "import numpy as np\nnp.load('rows.npy', allow_pickle=trust)",
    "from numpy import load as rows\nrows('rows.npy')",
    "import pandas\npandas.read_pickle('x')",
    "import yaml\nyaml.load(text)",
    "import yaml\nyaml.load(text, Loader=yaml.Loader)",
    "import yaml\nyaml.load(text, yaml.UnsafeLoader)",
    "from yaml import load as read, FullLoader\nread(text, Loader=FullLoader)",
    "import yaml\nyaml.unsafe_load(text)",
    "import yaml\nyaml.full_load(text)",
    "from langchain_core.prompts import load_prompt",
    "from langchain_core import prompts\nprompts.load_prompt('x.yaml')",
    "from langchain_core.load import loads",
    "from langchain_core.load.load import load",
    "FAISS.load_local('x', embeddings, allow_dangerous_deserialization=True)",
    "AutoModel.from_pretrained('x', local_files_only=True, trust_remote_code=True)",
    "AutoModel.from_pretrained('x', local_files_only=True, trust_remote_code=settings.trust)",
    "AutoModel.from_pretrained('x')",
    "AutoModel.from_pretrained('x', local_files_only=True, use_safetensors=False)",
    "from sentence_transformers import SentenceTransformer\nSentenceTransformer('x')",
    "from sentence_transformers import SentenceTransformer\nSentenceTransformer('x', trust_remote_code=True)",
    "import subprocess\nsubprocess.run('ls', shell=True)",
    "import subprocess as s\ns.Popen(command, shell=flag)",
    "import subprocess\nsubprocess.getoutput('ls')",
    "import os\nos.system('ls')",
    "from os import popen",
    "import os\nos.execv(path, arguments)",
    "import asyncio\nasyncio.create_subprocess_shell('ls')",
    "from flask import render_template_string",
    "import jinja2\njinja2.Template(text).render()",
    "environment.from_string(text).render()",
    "import jinja2\njinja2.Environment(autoescape=False)",
    "connection.enable_load_extension(True)",
    "connection.load_extension('x')",
    "options.register_custom_ops_library('x.so')",
    "from sqlalchemy import PickleType",
    "import types\ntypes.FunctionType(code, {})",
]

INNOCENT = [
    "import re\nre.compile('x')",
    "import json\njson.load(file)",
    "from assistant.reader.example import load\nload(path)",
    "from safetensors.numpy import load\nload(data)",
    "import ast\nast.literal_eval('1')",
    "import numpy as np\nnp.load('rows.npy', allow_pickle=False)",
    "import yaml\nyaml.safe_load(text)",
    "import yaml\nyaml.load(text, Loader=yaml.SafeLoader)",
    "import subprocess\nsubprocess.run(['ls'], shell=False)",
    "AutoModel.from_pretrained('x', local_files_only=True, trust_remote_code=False)",
    "from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor(2)",
    "from importlib import import_module\nimport_module('web.cli')",
    "getattr(args, 'host', None)\ngetattr(thing, name)",
    "from flask import render_template\nrender_template('page.html')",
    "model.eval()\nmodel.load(path)\nshelve = pickled = 1",
    "'pickle.loads, eval(x) and torch.load in a text'",
]

CODED_SUFFIXES = {".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".bin", ".joblib", ".npy", ".npz", ".pyc", ".so", ".onnx"}


@pytest.mark.parametrize("source", PLANTED)
def test_a_planted_way_is_found(source: str) -> None:
    assert findings(source)


@pytest.mark.parametrize("source", INNOCENT)
def test_what_only_looks_like_one_is_not(source: str) -> None:
    assert findings(source) == []


def test_no_module_runs_what_data_says(measured: Measured) -> None:
    found = {
        (str(path.relative_to(ROOT)), one.what): f"{path.relative_to(ROOT)}:{one.line}: {one.what} {one.why}"
        for path in MODULES
        for one in findings(path.read_text(encoding="utf-8"))
    }
    assert [where for key, where in found.items() if key not in EXPLAINED] == []
    assert set(EXPLAINED) <= set(found)
    measured("code from data", f"{len(PLANTED)} planted ways all found, none in {len(MODULES)} modules")


def test_models_and_indexes_are_loaded_in_known_places_alone() -> None:
    found = {str(path.relative_to(ROOT)): loaders(path.read_text(encoding="utf-8")) for path in MODULES}
    assert {path: names for path, names in found.items() if names} == LOADERS


def test_no_shipped_file_is_of_a_kind_that_holds_code() -> None:
    shipped = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()]
    ours = [path for path in shipped if "__pycache__" not in path.parts and (ROOT / "bench/out") not in path.parents]
    assert len(ours) > len(MODULES)
    for path in ours:
        assert path.suffix not in CODED_SUFFIXES
        with path.open("rb") as file:
            assert not file.read(2).startswith((b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK", b"\x7fE"))


@pytest.fixture
def model(tmp_path: Path) -> Iterator[Path]:
    """A copy of the built-in model with a module of its own, which leaves a mark where it is run."""
    folder = shutil.copytree(builtin_folder(), tmp_path / "model")
    mark = f"from pathlib import Path\nPath({str(tmp_path / 'ran')!r}).touch()\n"
    (folder / "own.py").write_text(f"{mark}from transformers import BertConfig as Config, BertModel as Model\n")
    yield folder
    assert not (tmp_path / "ran").exists()
    shutil.rmtree(folder)


def amend(path: Path, **fields: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def test_a_model_whose_parts_are_code_of_its_own_is_refused(model: Path) -> None:
    parts = json.loads((model / "modules.json").read_text())
    parts[0]["type"] = "own.Model"
    (model / "modules.json").write_text(json.dumps(parts))
    with pytest.raises(ModelFault, match=r"cannot be loaded .*own\.Model"):
        SentenceTransformerEmbedder(str(model)).embed(["A text."])


def test_a_model_whose_network_is_code_of_its_own_is_refused(model: Path) -> None:
    amend(model / "config.json", model_type="own", auto_map={"AutoConfig": "own.Config", "AutoModel": "own.Model"})
    with pytest.raises(ModelFault, match="cannot be loaded"):
        SentenceTransformerEmbedder(str(model)).embed(["A text."])


@pytest.mark.parametrize("name", ["model_args", "model_kwargs", "config_args", "tokenizer_args"])
def test_a_model_cannot_say_of_itself_that_its_code_is_to_be_trusted(model: Path, name: str) -> None:
    amend(model / "config.json", model_type="own", auto_map={"AutoConfig": "own.Config", "AutoModel": "own.Model"})
    amend(model / "sentence_bert_config.json", **{name: {"trust_remote_code": True}})
    with pytest.raises(ModelFault, match="cannot be loaded"):
        SentenceTransformerEmbedder(str(model)).embed(["A text."])


@pytest.mark.parametrize(
    "field",
    [
        "title: !!python/object/apply:pathlib.Path.touch [MARK]",
        "title: !!python/object/new:os.system ['touch MARK']",
        "title: !!python/name:os.system",
        "title: '{{ cycler.__init__.__globals__.os.popen(\"touch MARK\") }}'",
        "title: \"__import__('os').system('touch MARK')\"",
    ],
)
def test_front_matter_runs_nothing(field: str, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    text = f"---\n{field.replace('MARK', str(mark))}\n---\nThe bridge in Oldport opened in May.\n"
    assert list(read_item("a.md", text.encode()))
    assert not mark.exists()
