"""All that is measured of speed, one after the other on one machine: `make bench`, or

    python -m bench [--passages 1000 10000 100000 1000000] [--rounds 5] [--only PART]…

Prints a table of each part and writes `bench/out/bench.json`: what machine it was, and what each part found, which it
also leaves in a file of its own beside that. The other programs run in an environment of their own, which
`make .venv-beside/installed` makes. A million passages take half an hour and 6 GB of disk.
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
    found = {"machine": machine(), "began_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}
    for part in parts:
        print(f"\n== bench.{part}", flush=True)
        python = BESIDE if part == "beside" else sys.executable
        subprocess.run([python, "-m", f"bench.{part}", *options.get(part, [])], check=True)  # nosec B603 # this program
        found[part] = read(part)
        write("bench", found)
    print(f"\nAll of it: {OUT / 'bench.json'}")


if __name__ == "__main__":
    main()
