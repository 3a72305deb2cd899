"""python3 THIS-FOLDER FOLDER: runs the cases in FOLDER and prints their results as JSON."""
import json
import os
import sys

import attributes  # noqa: F401
import content  # noqa: F401
import folders  # noqa: F401
import locks  # noqa: F401
import naming  # noqa: F401
import opening  # noqa: F401
import permissions  # noqa: F401
from suite import run

os.umask(0o022)
print(json.dumps(run(sys.argv[1])))
