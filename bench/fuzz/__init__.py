"""Coverage-guided fuzzing of what reads bytes: `python -m bench.fuzz FORMAT --seconds N`.

Each format starts from files that are really read (`seeds.py`), whatever changes reach new code are kept and changed
further (atheris, on libFuzzer), and every result is held to one contract (`contract.py`).
"""
