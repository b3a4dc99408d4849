#!/usr/bin/env bash
# onnx.proto → onnx_pb.ts, by protoc (of PyPI's grpcio-tools) and the generator of @bufbuild/protobuf.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet --disable-pip-version-check grpcio-tools
npm install --silent --no-audit --no-fund --prefix "$work" @bufbuild/protoc-gen-es@2.17.0
"$work/python/bin/python" -m grpc_tools.protoc -I. --plugin="protoc-gen-es=$work/node_modules/.bin/protoc-gen-es" \
  --es_out=. --es_opt=target=ts onnx.proto
