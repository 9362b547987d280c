"""Whether anything is known against what the lock names: `make audit`, by pip-audit and its service.

It fails where something is known, and also where a package could not be asked about: pip-audit itself ends well where
its service knows none of them, as behind a mirror that has packages and no advisories.
"""

import json
import subprocess  # nosec B404 # runs pip-audit with arguments of this module
import sys

from lock.pinned import FOLDER

LOCKED = ("run", "dev", "torch", "uv")
"""torch-cpu is a build of what torch names, and with beside only those compare who have others' programs to compare."""


def main() -> None:
    files = [argument for name in LOCKED for argument in ("--requirement", str(FOLDER / f"{name}.txt"))]
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    asked = subprocess.run(  # nosec B603 # no argument comes from elsewhere
        [*command, "--format", "json", "--desc", "off", *files], capture_output=True, text=True, check=False
    )
    sys.exit(told(asked.stdout, asked.stderr))


def told(reply: str, errors: str) -> str | None:
    """Why the audit fails, from what pip-audit said; None where it does not."""
    try:
        packages = json.loads(reply)["dependencies"]
    except ValueError:
        last = next(reversed(errors.strip().splitlines()), "not a word came")
        return f"pip-audit could not ask its service: {last}"
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    found = [
        f"{package['name']} {package['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'none'}"
        for package in packages
        for flaw in package.get("vulns", [])
    ]
    if unknown:
        found.append(
            f"{len(unknown)} of {len(packages)} packages could not be asked about, such as {', '.join(unknown[:3])}: "
            "the service does not know them. Run `make audit` where pip-audit's own service can be reached."
        )
    if found:
        return "\n".join(found)
    print(f"Nothing is known against the {len(packages)} packages of lock/.")
    return None


if __name__ == "__main__":
    main()
