"""`python -m tests.contract [options of pytest]`: run the contract tests and print how much of the file they cover.

Needs ALLEGRO_SPEC. Ends with pytest's own code.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.contract import figures
from tests.contract.exchanges import RECORD
from tests.contract.spec import WHERE, load_spec, spec_path

TESTS = ("tests/contract", "tests/simulator")


def main() -> int:
    """Run the tests, print the figures, return pytest's code."""
    path = spec_path()
    if path is None:
        sys.exit(f"no OpenAPI file: {WHERE}")
    with TemporaryDirectory() as directory:
        command = (sys.executable, "-m", "pytest", *TESTS, "-q", *sys.argv[1:])
        code = subprocess.run(command, env=os.environ | {RECORD: directory}, check=False).returncode
        judged = figures.read(Path(directory))
    sys.stdout.writelines(f"{line}\n" for line in figures.report(load_spec(path), judged))
    return code


if __name__ == "__main__":
    sys.exit(main())
