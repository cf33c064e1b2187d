"""A fitted matcher as one file that can be read without running anything: arrays as npz, everything else as JSON.

Nothing is pickled, so a file from elsewhere can at worst be refused. What is quick to make again (word tables, the
pruner) is made again; what was computed (weights, calibration, lessons of marks) is kept, so scores are equal to the
last bit.
"""

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import scipy.sparse as sp

from monitor.errors import MonitorError
from monitor.matching.background import load_background
from monitor.matching.calibration import Calibration
from monitor.matching.feedback import Feedback, Lesson
from monitor.matching.space import Space
from monitor.model import Baseline, Claim, Entity

if TYPE_CHECKING:
    from monitor.matching.matcher import ClaimScorer

T = TypeVar("T", bound="ClaimScorer")

FORMAT = 1  # one more whenever a file of before cannot be read any longer
_META = "meta"
_RECORDS: dict[str, type[Any]] = {"Space": Space, "Calibration": Calibration}
# Made anew from what is kept.
_REMADE = frozenset({"baseline_", "extractor_", "idf_", "encoder_", "pruner_", "feedback_"})
_NUMBERS = "bifu"  # kinds of arrays that are read; anything else is no matcher


def save_matcher(matcher: "ClaimScorer", path: Path, version: str) -> None:
    """Write a fitted matcher; the file appears whole or not at all."""
    arrays: dict[str, Any] = {}
    state = {
        name: _encode(name, value, arrays)
        for name, value in vars(matcher).items()
        if name.endswith("_") and name not in _REMADE
    }
    meta = {
        "format": FORMAT,
        "matcher": version,
        "parameters": {"threshold": matcher.threshold, "background": matcher.background},
        "baseline": asdict(matcher.baseline_),
        "state": state,
        "lessons": {number: asdict(one) for number, one in matcher.feedback_.lessons.items()}
        if matcher.feedback_
        else None,
    }
    text = json.dumps(meta, ensure_ascii=False, default=str)  # default: the baseline's date
    arrays[_META] = np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)
    half = path.with_name(f"{path.name}.new-{os.getpid()}")
    try:
        with half.open("wb") as file:
            np.savez_compressed(file, **arrays)
        half.replace(path)
    except OSError as exc:
        raise MonitorError(f"{path}: cannot be written ({exc.strerror or exc}), name another file") from exc
    finally:
        half.unlink(missing_ok=True)


def load_matcher(matcher: T, path: Path, version: str) -> T:
    """Fill a matcher with what `save_matcher` wrote; MonitorError if the file is none, or of another version."""
    meta, arrays = _read(path)
    if (meta.get("format"), meta.get("matcher")) != (FORMAT, version):
        made = f"format {meta.get('format')}, {meta.get('matcher')}"
        raise MonitorError(
            f"{path}: saved by another version ({made}; this is format {FORMAT}, {version}), fit it anew"
        )
    try:
        given = meta["parameters"]
        matcher.threshold, matcher.background = given["threshold"], given["background"]
        matcher.baseline_ = _baseline(meta["baseline"])
        for name, tree in meta["state"].items():
            setattr(matcher, name, _decode(tree, arrays))
        background = load_background(matcher.background or matcher.baseline_.language)
        if background.name != matcher.background_:
            raise MonitorError(
                f"{path}: made with the word table {matcher.background_}, here is {background.name}; fit it anew"
            )
        matcher.prepare_words(background)
        lessons = {int(number): Lesson(**lesson) for number, lesson in (meta["lessons"] or {}).items()}
        matcher.feedback_ = Feedback(matcher, lessons) if meta["lessons"] is not None else None
        matcher.prepare_scoring()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as exc:
        raise MonitorError(f"{path}: not a saved matcher, or damaged ({exc}); fit it anew") from exc
    return matcher


def _read(path: Path) -> tuple[dict[str, Any], Mapping[str, Any]]:
    try:
        # Opened here: numpy does not close a file that turns out to be no archive.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        meta = json.loads(arrays.pop(_META).tobytes().decode("utf-8", "surrogatepass"))
    except OSError as exc:
        raise MonitorError(f"{path}: cannot be read ({exc.strerror or exc}), name a file of ClaimMatcher.save") from exc
    except (ValueError, KeyError, AttributeError, TypeError, EOFError, zipfile.BadZipFile, RecursionError) as exc:
        raise MonitorError(f"{path}: not a saved matcher, name a file of ClaimMatcher.save") from exc
    if not isinstance(meta, dict):
        raise MonitorError(f"{path}: not a saved matcher, name a file of ClaimMatcher.save")
    return meta, arrays


# ---- values to JSON and arrays, and back ---------------------------------------------------------------------------


def _encode(name: str, value: Any, arrays: dict[str, Any]) -> dict[str, Any]:
    if isinstance(value, np.ndarray) and value.dtype.kind in _NUMBERS:
        arrays[name] = value
        return {"array": name}
    if isinstance(value, sp.csr_matrix):
        for part in ("data", "indices", "indptr"):
            arrays[f"{name}.{part}"] = getattr(value, part)
        return {"sparse": name, "shape": list(value.shape)}
    if is_dataclass(value) and type(value).__name__ in _RECORDS:
        own = {field.name: getattr(value, field.name) for field in fields(value)}
        inner = {key: _encode(f"{name}.{key}", part, arrays) for key, part in own.items()}
        return {"record": type(value).__name__, "fields": inner}
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return {"texts": list(value)}
    if value is None or isinstance(value, bool | int | float | str | dict):
        return {"value": value}
    raise TypeError(f"{name}: {type(value).__name__} cannot be saved")


def _decode(tree: dict[str, Any], arrays: Mapping[str, Any]) -> Any:
    if "array" in tree:
        return _numbers(arrays[tree["array"]])
    if "sparse" in tree:
        parts = tuple(_numbers(arrays[f"{tree['sparse']}.{part}"]) for part in ("data", "indices", "indptr"))
        matrix = sp.csr_matrix(parts, shape=tuple(tree["shape"]))
        matrix.check_format(full_check=True)  # an index beyond the matrix would be read from foreign memory
        return matrix
    if "record" in tree:
        return _RECORDS[tree["record"]](**{name: _decode(part, arrays) for name, part in tree["fields"].items()})
    return tuple(tree["texts"]) if "texts" in tree else tree["value"]


def _numbers(array: Any) -> Any:
    if array.dtype.kind not in _NUMBERS:
        raise ValueError(f"an array of {array.dtype}")
    return array


def _baseline(values: dict[str, Any]) -> Baseline:
    published = values["published"]
    return Baseline(
        **{
            **values,
            "claims": tuple(Claim(**{**one, "phrases": tuple(one["phrases"])}) for one in values["claims"]),
            "entities": tuple(
                Entity(**{**one, "aliases": tuple(one["aliases"]), "excluded": tuple(one["excluded"])})
                for one in values["entities"]
            ),
            "published": date.fromisoformat(published) if published else None,
        }
    )
