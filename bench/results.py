"""What was measured, as JSON in bench/out/, and on which machine."""

import json
import os
import platform
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent / "out"
TOLD = ("avx2", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8")
"""What a processor may have that networks run by."""


class Table:
    """Figures that are shown as they come."""

    def __init__(self) -> None:
        self.figures: dict[str, dict[str, float | str]] = {}

    def show(self, what: str, figure: float, unit: str, **further: float) -> None:
        """further: figures of the same unit, by name."""
        told = ", ".join(f"{name.replace('_', ' ')} {value:.0f}" for name, value in further.items())
        print(f"{what:<32}{figure:>8.2f} {unit}{told and f' ({told})'}", flush=True)
        self.figures[what] = {"figure": figure, "unit": unit, **further}


def write(name: str, found: Any) -> None:
    OUT.mkdir(exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def read(name: str) -> Any:
    return json.loads((OUT / f"{name}.json").read_text(encoding="utf-8"))


def machine() -> dict[str, Any]:
    about = Path("/proc/cpuinfo")
    lines = about.read_text(encoding="utf-8").splitlines() if about.exists() else []
    said = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    return {
        "processor": said.get("model name") or platform.processor(),
        "cores": os.cpu_count(),
        "has": [flag for flag in TOLD if flag in said.get("flags", "").split()],
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
