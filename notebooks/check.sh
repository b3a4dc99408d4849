#!/usr/bin/env bash
# Is each model the one that its committed notebook makes? Cheap where nothing under the notebook changed since the card was
# written: a hash tells. Otherwise the notebook is executed, and what it writes must be what is committed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

check() { # notebook folder, model folder, the files whose hash the card keeps, in its README's order
  local notebook=$1 model=$2
  shift 2
  local now card
  now=$(cat "$@" | sha256sum | cut -d' ' -f1)
  card=$(node -p "JSON.parse(require('fs').readFileSync('$model/model.json', 'utf8')).madeBy.sourceSha256")
  if [ "$now" = "$card" ]; then
    echo "$notebook: unchanged since $model was made"
    return
  fi
  echo "$notebook: changed since $model was made; executing it"
  "$notebook/run.sh"
  git diff --stat --exit-code -- "$model" || {
    echo "$notebook wrote another model than the committed one: commit $model with it." >&2
    exit 1
  }
}

check notebooks/flight-delay-gbm-h2o demos/flight-delay/model \
  notebooks/flight-delay-gbm-h2o/flight-delay-gbm-h2o.py notebooks/flight-delay-gbm-h2o/requirements.txt \
  datasets/nycflights/make.py datasets/nycflights/SHA256SUMS
