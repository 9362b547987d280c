"""Where Python code would run what data says: read from the code itself (AST), through whatever names it imports.

What is looked for are the ways of the standard library and of the libraries that are installed here: unpickling, code
made of text, shells, modules and classes that data names, templates made of text, loaders told to trust what they load.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

MODULES = {
    **dict.fromkeys(("pickle", "_pickle", "cPickle", "dill", "cloudpickle", "jsonpickle"), "unpickles"),
    **dict.fromkeys(("joblib", "shelve", "marshal", "sklearn.externals", "torch.package"), "unpickles"),
    **dict.fromkeys(("code", "codeop", "runpy", "pty", "imp", "pdb", "zipimport"), "runs code"),
    **dict.fromkeys(("ctypes", "cffi"), "calls any code"),
    **dict.fromkeys(("multiprocessing", "concurrent.futures.process", "xmlrpc"), "unpickles what another process says"),
    "logging.config": "makes what its configuration names",
    "langchain_core.load": "makes what the text names",
    "langchain_core.prompts.loading": "makes what the file names",
    "langchain.hub": "makes what the file names",
}
"""By any import."""

CALLS = {
    **dict.fromkeys(("eval", "exec", "compile", "__import__", "breakpoint", "execfile"), "runs text"),
    **dict.fromkeys(("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"), "a shell"),
    **dict.fromkeys(("asyncio.create_subprocess_shell", "commands.getoutput"), "a shell"),
    **dict.fromkeys(("torch.load", "torch.jit.load", "torch.hub.load", "torch.jit.CompilationUnit"), "unpickles"),
    **dict.fromkeys(("numpy.lib.format.read_array",), "unpickles"),
    **dict.fromkeys(
        ("yaml.unsafe_load", "yaml.unsafe_load_all", "yaml.full_load", "yaml.full_load_all"), "makes what it names"
    ),
    **dict.fromkeys(("sqlalchemy.PickleType", "sqlalchemy.types.PickleType"), "unpickles"),
    **dict.fromkeys(("concurrent.futures.ProcessPoolExecutor",), "unpickles what another process says"),
    **dict.fromkeys(("flask.render_template_string", "jinja2.Template"), "runs a template made of text"),
    **dict.fromkeys(("importlib.util.spec_from_file_location", "importlib.machinery.SourceFileLoader"), "runs a file"),
    **dict.fromkeys(("types.CodeType", "types.FunctionType"), "makes code"),
    **dict.fromkeys(("transformers.dynamic_module_utils.get_class_from_dynamic_module",), "runs code"),
}
"""By any name that an import gives them, called or not."""

METHODS = {
    "from_string": "runs a template made of text",
    "load_extension": "runs a library",
    "enable_load_extension": "lets SQL run a library",
    "register_custom_ops_library": "runs a library",
    "load_prompt": "makes what the file names",
    "read_pickle": "unpickles",
}
"""Of whatever object."""

SAFE_YAML = {"yaml.SafeLoader", "yaml.CSafeLoader", "yaml.BaseLoader"}
NEVER_TRUE = (
    "trust_remote_code",
    "allow_pickle",
    "shell",
    "allow_dangerous_deserialization",
    "allow_dangerous_requests",
)
NEVER_FALSE = ("weights_only", "use_safetensors", "local_files_only", "autoescape")
MUST_SAY = {
    "numpy.load": ("allow_pickle", False),
    "from_pretrained": ("local_files_only", True),
    "sentence_transformers.SentenceTransformer": ("trust_remote_code", False),
}
LOADERS = (
    *(
        "from_pretrained",
        "from_file",
        "InferenceSession",
        "SentenceTransformer",
        "load_state_dict",
        "safe_open",
        "load_file",
    ),
    *(
        "safetensors.torch.load",
        "safetensors.numpy.load",
        "deserialize_index",
        "read_index",
        "deserialize_index_binary",
    ),
)
"""What makes a model or an index of bytes."""


class Found(NamedTuple):
    line: int
    what: str
    why: str


def findings(source: str) -> list[Found]:
    """In the order of lines."""
    tree = ast.parse(source)
    names = _imported(tree)
    return sorted({found for node in ast.walk(tree) for found in _of_node(node, names)})


def loaders(source: str) -> set[str]:
    """Which of `LOADERS` it calls."""
    tree = ast.parse(source)
    names = _imported(tree)
    called = {_dotted(node.func, names) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {loader for loader in LOADERS for name in called if name == loader or name.endswith(f".{loader}")}


def _imported(tree: ast.AST) -> dict[str, str]:
    """What the module calls it → what it is."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                names[one.asname or one.name.split(".")[0]] = one.name if one.asname else one.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            names |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return names


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    """`torch.jit.load` of `tj.load` under `import torch.jit as tj`; what is no name is `?`."""
    match node:
        case ast.Name(id=name):
            return names.get(name, name).removeprefix("builtins.")
        case ast.Attribute(value=value, attr=attr):
            return f"{_dotted(value, names)}.{attr}".removeprefix("builtins.")
        case _:
            return "?"


def _of_node(node: ast.AST, names: dict[str, str]) -> Iterator[Found]:
    match node:
        case ast.Import():
            for one in node.names:
                yield from _of_module(node.lineno, one.name)
        case ast.ImportFrom(module=str(module)):
            for one in node.names:
                yield from _of_module(node.lineno, f"{module}.{one.name}")
                if why := CALLS.get(f"{module}.{one.name}") or METHODS.get(one.name):
                    yield Found(node.lineno, f"{module}.{one.name}", why)
        case ast.Name() | ast.Attribute():
            name = _dotted(node, names)
            if why := CALLS.get(name):
                yield Found(node.lineno, name, why)
            elif isinstance(node, ast.Attribute) and (why := METHODS.get(node.attr)):
                yield Found(node.lineno, node.attr, why)
        case ast.Call():
            yield from _of_call(node, _dotted(node.func, names), names)


def _of_module(line: int, name: str) -> Iterator[Found]:
    for module, why in MODULES.items():
        if name == module or name.startswith(f"{module}."):
            yield Found(line, module, why)


def _of_call(call: ast.Call, name: str, names: dict[str, str]) -> Iterator[Found]:
    said = {one.arg: one.value for one in call.keywords if one.arg}
    for argument, value in said.items():
        if argument in NEVER_TRUE and not _is(value, False):
            yield Found(call.lineno, argument, "trusts what it loads or runs")
        if argument in NEVER_FALSE and not _is(value, True):
            yield Found(call.lineno, argument, "trusts what it loads or runs")
    for function, (argument, expected) in MUST_SAY.items():
        if (name == function or ("." not in function and name.endswith(f".{function}"))) and not _is(
            said.get(argument), expected
        ):
            yield Found(call.lineno, f"{function} without {argument}={expected}", "trusts what it loads")
    if name in ("yaml.load", "yaml.load_all"):
        loader = said.get("Loader") or (call.args[1] if len(call.args) > 1 else None)
        if loader is None or _dotted(loader, names) not in SAFE_YAML:
            yield Found(call.lineno, name, "makes what it names")
    if name == "importlib.import_module" and call.args:
        yield from _of_text(call, name, "", call.args[0])
    if name == "getattr" and len(call.args) > 1 and isinstance(call.args[0], ast.Name) and call.args[0].id in names:
        yield from _of_text(call, name, f"{names[call.args[0].id]}.", call.args[1])
    if name.startswith(("os.exec", "os.spawn", "os.posix_spawn")):
        yield Found(call.lineno, name, "runs a program")


def _of_text(call: ast.Call, name: str, of: str, text: ast.expr) -> Iterator[Found]:
    """Of a module, or of something in the module `of`, that is named by a text."""
    match text:
        case ast.Constant(value=str(said)):
            full = f"{of}{said}".removeprefix("builtins.")
            yield from _of_module(call.lineno, full)
            if why := CALLS.get(full):
                yield Found(call.lineno, full, why)
        case _:
            yield Found(call.lineno, name, "takes what data may name")


def _is(value: ast.expr | None, expected: bool) -> bool:
    return isinstance(value, ast.Constant) and value.value is expected
