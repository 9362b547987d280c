"""Fuzz the reader of one format for some time; exit status 0 where the contract held.

What breaks it lies in `bench/out/fuzz/FORMAT/` as `crash-…`, `timeout-…` or `oom-…`, and is read again by
`python -m bench.fuzz FORMAT FILE…`. Once mended it belongs into `tests/data/fuzzed/FORMAT/`, which the tests read.
libFuzzer never returns from its loop and takes the process's signals, so a process fuzzes one format, once.
"""

import argparse
import os
import sys
from pathlib import Path

import atheris

INSTRUMENTED = ["index", "csv", "email", "json", "zipfile", "docx", "feedparser", "htmldate", "justext", "markdown_it"]
INSTRUMENTED += ["pdfminer", "trafilatura", "yaml"]
with atheris.instrument_imports(include=INSTRUMENTED, enable_loader_override=False):
    # every reader, since `formats` imports each when it is first needed
    import index.ingest.archive
    import index.ingest.feed
    import index.ingest.html
    import index.ingest.json_file
    import index.ingest.jsonl
    import index.ingest.mail
    import index.ingest.markdown
    import index.ingest.pdf
    import index.ingest.plain
    import index.ingest.saved_feed
    import index.ingest.table
    import index.ingest.word  # noqa: F401 - imported here to be instrumented
    from bench.fuzz.contract import FORMATS, check
    from bench.fuzz.mutate import MUTATORS
    from bench.fuzz.seeds import ROOT, seeds

OUT = ROOT / "bench" / "out" / "fuzz"
MAX_SECONDS = 30
"""For one input; the child that reads (`index.ingest.apart`) may take 60, without instrumentation."""
MAX_MEMORY_MB = 2_000
"""As much as that child may take."""
MAX_BYTES = 65_536


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("format", choices=sorted(FORMATS))
    parser.add_argument("files", nargs="*", type=Path, help="read these instead, once each")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=-1, help="end after so many inputs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=OUT, help="where what is new and what breaks is kept")
    args = parser.parse_args()
    if args.files:
        for path in args.files:
            print(path, check(args.format, path.read_bytes()), file=sys.stderr)
        return
    if fuzzing := os.fork():  # Linux counts the memory of what started a process as that process's, but for a fork
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(fuzzing, 0)[1]))
    kept = args.out / args.format
    begun, corpus = kept / "seeds", kept / "corpus"
    for folder in (begun, corpus):
        folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(args.format)):
        (begun / str(number)).write_bytes(data)
    options = {
        "max_total_time": args.seconds,
        "runs": args.runs,
        "seed": args.seed,
        "timeout": MAX_SECONDS,
        "rss_limit_mb": MAX_MEMORY_MB,
        "max_len": MAX_BYTES,
        "artifact_prefix": f"{kept}/",
        "print_final_stats": 1,
    }
    mutator = MUTATORS.get(args.format)

    def mutate(data: bytes, max_bytes: int) -> bytes:
        return bytes(atheris.Mutate(data, max_bytes))  # which is another function before `Setup`

    atheris.Setup(
        [sys.argv[0], *(f"-{name}={value}" for name, value in options.items()), str(corpus), str(begun)],
        lambda data: check(args.format, data) and None,
        **({"custom_mutator": mutator(mutate)} if mutator else {}),
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
