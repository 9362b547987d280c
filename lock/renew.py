"""pyproject.toml → the files beside this one: `make lock` (`KEEP=1` to change no more than pyproject.toml asks for).

run        what the program needs and is built with, without torch
dev        what the tests need besides; openai, ollama, milvus, postgresql: what those need besides
torch      torch as package indexes have it, with what that build asks for: on Linux GBs for graphics processors
torch-cpu  its builds for the processor alone, version `…+cpu`, which `make setup` tries first
beside     all that `bench.beside` needs, this program and those that it measures, without torch: they ask for other
           versions and have an environment of their own
uv         what writes these files: it finds one set of versions for every Python and platform, with markers where they
           differ, in seconds; pip, which installs, sees only those it runs on

torch has two files because pip, allowed both, takes the build whose hash the index tells beforehand: the large one.
The hashes of torch's builds that are listed stay as long as its version does, and that of the CPU build which pip is
offered here comes to them: no one package index has them all.
"""

import argparse
import json
import re
import subprocess  # nosec B404 # runs uv and pip with arguments of this module
import sys
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from lock.pinned import FOLDER, Pinned, parse, read, write

PROJECT = FOLDER.parent / "pyproject.toml"
FOR_GPUS = re.compile(r"(nvidia|cuda|triton)\b")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make lock", description="Writes lock/*.txt from pyproject.toml.")
    parser.add_argument("--keep", action="store_true", help="leave every version that pyproject.toml still allows")
    keep = parser.parse_args().keep
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    oldest = project["project"]["requires-python"].removeprefix(">=")
    build = project["build-system"]["requires"]

    before = [pinned for name in ("run", "dev", "torch") for pinned in read(name)] if keep else []
    every = resolve([str(PROJECT), "--all-extras"], build, oldest, prefer=before)
    run = resolve([str(PROJECT)], build, oldest, only=every)
    beside = resolve([str(PROJECT), "--group", f"{PROJECT}:beside"], build, oldest, prefer=read("beside") or every)
    tool = resolve(["--group", f"{PROJECT}:lock"], [], oldest, prefer=read("uv") if keep else [])

    [torch] = [pinned for pinned in every if pinned.name == "torch"]
    for_gpus = [pinned for pinned in every if FOR_GPUS.match(pinned.name)]
    apart = {torch, *for_gpus}
    cpu = Pinned("torch", f"{torch.version}+cpu", "", tuple(_offered(f"{torch.version}+cpu")))
    cpu = with_listed(cpu, read("torch-cpu"))
    if not cpu.hashes:
        sys.exit(f"No package index here has torch {cpu.version}: run `make lock` where pip knows of one that has it.")
    write("run", (pinned for pinned in run if pinned not in apart))
    write("dev", (pinned for pinned in every if pinned not in {*run, *apart}))
    for extra in project["project"]["optional-dependencies"].keys() - {"dev"}:
        needed = resolve([str(PROJECT), "--extra", extra], build, oldest, only=every)
        write(extra, (pinned for pinned in needed if pinned not in {*run, *apart}))
    write("torch", [with_listed(torch, read("torch")), *for_gpus])
    write("torch-cpu", [cpu])
    write("beside", (pinned for pinned in beside if pinned.name != "torch" and not FOR_GPUS.match(pinned.name)))
    write("uv", tool)


def resolve(
    sources: Sequence[str],
    more: Sequence[str],
    oldest_python: str,
    *,
    prefer: Iterable[Pinned] = (),
    only: Iterable[Pinned] = (),
) -> list[Pinned]:
    """What is needed, on any Python from `oldest_python`, by `more` and by `sources` as `uv pip compile` takes them.

    prefer: versions that are kept where they are allowed; only: those there are.
    """
    with TemporaryDirectory() as folder:
        asked, allowed, found = (Path(folder, name) for name in ("asked.txt", "allowed.txt", "found.txt"))
        asked.write_text("\n".join(more), encoding="utf-8")
        allowed.write_text("\n".join(str(one) for one in only), encoding="utf-8")
        found.write_text("\n".join(str(one) for one in prefer), encoding="utf-8")
        compiled = [str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet", "--universal"]
        # a source would be built at installation, with what it is built with taken from the index unseen
        options = ["--generate-hashes", "--only-binary", ":all:", "--no-header", "--no-annotate"]
        files = ["--constraint", str(allowed), "--output-file", str(found)]
        subprocess.run(  # nosec B603 # no argument comes from elsewhere
            [*compiled, *options, "--python-version", oldest_python, *files, *sources, str(asked)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return parse(found.read_text(encoding="utf-8"))


def with_listed(torch: Pinned, before: Iterable[Pinned]) -> Pinned:
    """With the hashes that were listed of this version, too."""
    listed = [
        digest for old in before if (old.name, old.version) == (torch.name, torch.version) for digest in old.hashes
    ]
    for digest in sorted(set(torch.hashes) - set(listed)):
        print(f"new build of torch {torch.version}: {digest}")
    return Pinned(torch.name, torch.version, torch.marker, tuple(sorted({*torch.hashes, *listed})))


def _offered(version: str) -> list[str]:
    """The hash of the build of torch that pip would install here, from the indexes that it knows."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps"]
    asked = subprocess.run(  # nosec B603 # no argument comes from elsewhere
        [*command, "--only-binary", ":all:", "--report", "-", f"torch=={version}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        return []
    [build] = json.loads(asked.stdout)["install"]
    return [build["download_info"]["archive_info"]["hashes"]["sha256"]]


if __name__ == "__main__":
    main()
