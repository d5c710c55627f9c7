"""Stands in for the reading process and tells what it was given: its environment and its open descriptors."""

import json
import os
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.stdin.readline()
    opened = sorted(path.name for path in Path("/proc/self/fd").iterdir())
    sys.stdout.write(json.dumps({"failed": json.dumps([sorted(os.environ), len(opened)]), "stack": []}) + "\n")
