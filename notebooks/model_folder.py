"""What the Python notebooks share: data of a known checksum, drift profiles, tables for people, the files of a model folder.

The same input gives the same bytes. What a model folder is: docs/models.md.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score, roc_curve

ROOT = Path(__file__).resolve().parent.parent


def source_sha256(notebook: str) -> str:
    """The SHA-256 of the bytes of the files that `notebook.json` of this folder lists as sources, one after the other."""
    manifest = json.loads((ROOT / notebook / "notebook.json").read_text())
    return hashlib.sha256(b"".join((ROOT / path).read_bytes() for path in manifest["sources"])).hexdigest()


def checked(path: Path) -> Path:
    """This path, if the file has the SHA-256 that the SHA256SUMS beside it names; otherwise the run ends with a sentence."""
    sums = dict(reversed(line.split()) for line in (path.parent / "SHA256SUMS").read_text().splitlines())
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sums.get(path.name):
        raise SystemExit(f"Reading {path.relative_to(ROOT)}: its SHA-256 is {found}, SHA256SUMS says {sums.get(path.name)}; restore the file.")
    return path


def quality(truth: np.ndarray, score: np.ndarray, threshold: float) -> dict:
    """What a card keeps of a binary model. truth: 0 or 1 [N]; score: probability of 1 [N]."""
    return {
        "auc": round(float(roc_auc_score(truth, score)), 4),
        "averagePrecision": round(float(average_precision_score(truth, score)), 4),
        "accuracy": round(float(np.mean((score >= threshold) == (truth == 1))), 4),
        "brier": round(float(brier_score_loss(truth, score)), 4),
    }


def number(value: float) -> float | int:
    """17.0 as 17: JSON as Node would write it."""
    return int(value) if float(value).is_integer() else float(value)


def profile(values: pd.Series) -> dict:
    """Shares of the training rows: the 20 commonest categories, or ten bins between inner edges (lower edge included)."""
    values = values.astype(float) if values.dtype.kind == "b" else values
    if values.dtype.kind not in "iuf":
        known = values[values.notna() & (values != "")]
        shares = (known.value_counts() / len(values)).sort_index().sort_values(ascending=False, kind="stable").head(20).round(6)
        other = len(known) / len(values) - float(shares.sum())
        missing = round(1 - len(known) / len(values), 6)
        return {"categories": shares.to_dict(), "other": round(max(0.0, other), 6), "missing": number(missing)}
    known = values.dropna()
    edges = sorted(set(known.quantile(np.arange(0.1, 0.91, 0.1)).tolist()) - {known.min()})
    counts = np.bincount(np.searchsorted(edges, known, side="right"), minlength=len(edges) + 1)
    return {
        "edges": [number(round(edge, 5)) for edge in edges],
        "shares": [round(count / len(values), 6) for count in counts.tolist()],
        "missing": round(float(values.isna().mean()), 6),
    }


def golden_row(fields: Mapping[str, object], score: float, *, absent: bool = False) -> dict:
    """A golden row in JSON's types. A missing value is null or, with `absent`, no field at all: both are allowed on a topic."""
    values = {}
    for name, value in fields.items():
        plain = value.item() if isinstance(value, np.generic) else value
        if plain is None or (isinstance(plain, float) and np.isnan(plain)):
            if not absent:
                values[name] = None
        else:
            values[name] = number(plain) if isinstance(plain, float) else plain
    return {"input": values, "score": float(score)}


def write_golden(folder: Path, made_by: str, tolerance: float, rows: Sequence[dict]) -> None:
    """golden.json, one row a line; every score is as the training tool gave it."""
    lines = ",\n    ".join(json.dumps(row, separators=(",", ":"), ensure_ascii=False, allow_nan=False) for row in rows)
    head = f'"madeBy": {json.dumps(made_by, ensure_ascii=False)},\n  "tolerance": {tolerance!r}'
    (folder / "golden.json").write_text(f'{{\n  {head},\n  "rows": [\n    {lines}\n  ]\n}}\n')


def write_card(folder: Path, card: Mapping[str, object]) -> None:
    """model.json, with the SHA-256 of the model.onnx that is in the folder."""
    card = dict(card)
    before = {key: card.pop(key) for key in ("name", "version", "task", "description") if key in card}
    card.pop("sha256", None)
    sha256 = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    text = json.dumps({**before, "sha256": sha256, **card}, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "model.json").write_text(text + "\n")


def write_model_folder(
    folder: Path,
    model: onnx.ModelProto,
    card: Mapping[str, object],
    golden_made_by: str,
    tolerance: float,
    golden_rows: Sequence[dict],
    model_card: str,
) -> None:
    """The four files: model.onnx, model.json, golden.json, MODEL-CARD.md. Says their sizes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    write_card(folder, card)
    write_golden(folder, golden_made_by, tolerance, golden_rows)
    (folder / "MODEL-CARD.md").write_text(model_card)
    for path in sorted(folder.iterdir()):
        print(f"{path.name:14} {path.stat().st_size:8} bytes")


def table_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table with its columns aligned."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(3, *(len(row[column]) for row in cells)) for column in range(len(header))]
    cells.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells)


def roc_table(truth: np.ndarray, score: np.ndarray, rates: Sequence[float] = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5)) -> str:
    """Points of the ROC curve: what share of the positives is found at most so many false alarms, and from which score on."""
    false_alarms, found, thresholds = roc_curve(truth, score, drop_intermediate=False)
    at = [int(np.searchsorted(false_alarms, rate, side="right")) - 1 for rate in rates]
    rows = [(f"{false_alarms[i]:.3f}", f"{found[i]:.3f}", "none" if np.isinf(thresholds[i]) else f"{thresholds[i]:.3f}") for i in at]
    return table_text(["false positive rate", "true positive rate", "from the score"], rows)


def calibration_table(
    truth: np.ndarray, score: np.ndarray, edges: Sequence[float], of: str, happened: str, write: Callable[[float], str] = "{:.1f}".format
) -> str:
    """Bins of the score: how many rows (`of` what), their mean score, and the share to which it `happened`. Empty bins are left out."""
    bins = np.clip(np.searchsorted(edges, score, side="right") - 1, 0, len(edges) - 2)
    rows = [
        (f"{write(edges[b])} to {write(edges[b + 1])}", f"{np.sum(bins == b):,}", f"{score[bins == b].mean():.3f}", f"{truth[bins == b].mean():.3f}")
        for b in range(len(edges) - 1)
        if np.any(bins == b)
    ]
    return table_text(["score", of, "mean score", happened], rows)
