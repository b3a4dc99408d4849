#!/usr/bin/env bash
# Runs the notebook from a clean state and writes demos/flight-delay/model. Needs Python 3.11 and Java 8 to 17, nothing else.
# WORK_DIR: where the virtual environment and the executed notebook go (default: a folder under the temporary one).
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
work="${WORK_DIR:-${TMPDIR:-/tmp}/kafka-ml-demos-flight-delay-gbm-h2o}"
python="${PYTHON:-python3.11}"

if ! java -version >/dev/null 2>&1; then
  echo "run.sh: looking for Java, which H2O trains in: none on the PATH; install a Java 17 runtime (Debian: openjdk-17-jre-headless)." >&2
  exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
  echo "run.sh: looking for Python 3.11: '$python' is not one; set PYTHON to one." >&2
  exit 1
fi

mkdir -p "$work"
[ -x "$work/venv/bin/python" ] || "$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"

cp "$here/flight-delay-gbm-h2o.py" "$work/"
cd "$here"
PATH="$work/venv/bin:$PATH" jupytext --to ipynb --execute --run-path "$here" \
  --output "$work/flight-delay-gbm-h2o.ipynb" "$work/flight-delay-gbm-h2o.py"
echo "executed notebook: $work/flight-delay-gbm-h2o.ipynb"
echo "model folder:      $(cd "$here/../../demos/flight-delay/model" && pwd)"
