"""All that is measured of speed, one after the other on one machine: `make bench`, or

    python -m bench [--passages 1000 10000 100000 1000000] [--rounds 5] [--only PART]…

Prints a table of each part and writes `bench/out/bench.json`: of each part when it began, on what machine, and what it
found. With `--only` what the others found before stays in it. The other programs run in an environment of their own,
which `make .venv-beside/installed` makes. A million passages take half an hour and 6 GB of disk.
"""

import argparse
import datetime as dt
import subprocess  # nosec B404 # runs this program
import sys
from pathlib import Path

from bench.results import OUT, machine, read, write
from bench.scale import SIZES

BESIDE = Path(".venv-beside/bin/python")
PARTS = ("speed", "page", "scale", "beside")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--passages", type=int, nargs="+", default=SIZES, help="sizes of the libraries of bench.scale")
    parser.add_argument("--rounds", type=int, default=5, help="how often each program takes its turn in bench.beside")
    parser.add_argument("--only", choices=PARTS, action="append", help="these parts alone")
    args = parser.parse_args()
    options = {
        "scale": ["--passages", *map(str, args.passages)],
        "beside": ["--rounds", str(args.rounds)],
    }
    parts = [part for part in PARTS if part in (args.only or PARTS)]
    if "beside" in parts and not BESIDE.exists():
        parser.error(f"the other programs are not installed: `make {BESIDE.parents[1]}/installed`, or leave beside out")
    found = read("bench") if args.only and (OUT / "bench.json").exists() else {}
    failed = []
    for part in parts:
        print(f"\n== bench.{part}", flush=True)
        began_at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        python = BESIDE if part == "beside" else sys.executable
        done = subprocess.run([python, "-m", f"bench.{part}", *options.get(part, [])])  # nosec B603 # this program
        if done.returncode:
            failed.append(part)
            continue
        found[part] = {"began_at": began_at, "machine": machine(), "found": read(part)}
        write("bench", found)
    print(f"\nAll of it: {OUT / 'bench.json'}")
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
