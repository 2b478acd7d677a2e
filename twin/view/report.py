"""A batch as one offline page: the verdict first, then why, then every run. Plain data in; knows no dispatcher."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from twin.scene import Scene, glb_bytes
from twin.view import batch_stats
from twin.view.figures import bound_text, figure, label
from twin.view.page import page, player_assets, player_box
from twin.view.report_charts import Runs, distributions, influences, maps, scatters

__all__ = ["report_html"]

SCRIPT = Path(__file__).resolve().parent / "scripts" / "report.js"

SHOWN = ("id", "index", "status", "verdict", "reason", "values", "scalars")  # of a row, in the page's table and data

Row = Mapping[str, Any]


def report_html(
    summary: Mapping[str, Any],
    rows: Sequence[Row],
    *,
    swept: Sequence[str],
    units: Mapping[str, str],
    study: Sequence[Mapping[str, Any]] = (),
    expect: Mapping[str, Mapping[str, float]] | None = None,
    scenario: Mapping[str, Any] | None = None,
    title: str = "",
    worst: Scene | bytes | None = None,
    worst_id: str = "",
) -> str:
    """One self-contained page.

    Args:
        summary: as `twin submit --json`: batch, jobs, done, stopped, failed, cached, verdicts, seconds.
        rows: one a job: id, index, status, verdict, reason, values {swept path: value}, scalars {name: value}.
        swept: the swept paths, in the order to show them.
        units: scalar or swept path -> SI unit.
        study: judged expectations over the batch: name, value, low, high, unit, bound, confidence, ok.
        expect: scalar -> {min, max, equal, tolerance} in SI: the bounds that are drawn.
        scenario: its document; the whole of it stands in the page.
        worst: the scene of the worst run, or the bytes of its GLB file; `worst_id`: its id.
    """
    runs = Runs(rows, swept, _bounds(expect or {}), units)
    title = title or str((scenario or {}).get("name", "")) or "batch"
    sections = [
        _head(title, summary, study),
        _study(study),
        _counts(summary, rows),
        _worst(runs, worst, worst_id),
        _section("Where it passes", maps(runs), "Share of runs that passed, over the swept parameters."),
        _section("What matters", influences(runs), "Share of the variance that each swept parameter accounts for alone (omega squared)."),
        _section("Distributions", distributions(runs), "Over all runs that measured it; dashed: the bound."),
        _section("Against the strongest parameter", scatters(runs)),
        _section("Why runs did not pass", _reasons(runs)),
        _table(),
        _inputs(scenario),
    ]
    data: dict[str, Any] = {"summary": summary, "study": list(study), "swept": list(swept), "scalars": runs.scalars, "units": units}
    data |= {"scenario": scenario, "rows": [{key: row.get(key) for key in SHOWN} for row in rows]}
    body = f'<main class="report">{"".join(sections)}</main>\n<script type="application/json" id="data">{_json(data)}</script>'
    css, script = player_assets() if worst is not None else ("", "")
    scripts = [SCRIPT.read_text(encoding="utf-8"), *([script] if script else [])]
    return page(f"{title}: report", body, styles=[css, "report.css"], scripts=scripts)


def _bounds(expect: Mapping[str, Mapping[str, float]]) -> dict[str, Mapping[str, float]]:
    """Bounds by scalar; a name with a `*` stands for many scalars and is left to the verdicts."""
    return {name: bound for name, bound in expect.items() if "*" not in name}


def _section(heading: str, content: str, note: str = "") -> str:
    if not content:
        return ""
    return f"<section><h2>{escape(heading)}</h2>{f'<p class=note>{escape(note)}</p>' if note else ''}{content}</section>"


def _head(title: str, summary: Mapping[str, Any], study: Sequence[Mapping[str, Any]]) -> str:
    verdicts = summary.get("verdicts", {})
    ok = (
        all(line["ok"] for line in study)
        if study
        else not verdicts.get("fail") and not summary.get("failed") and not summary.get("stopped")
    )
    judged = bool(study) or bool(verdicts.get("pass")) or bool(verdicts.get("fail"))
    word, kind = ("no expectations", "none") if not judged else ("passed", "pass") if ok else ("failed", "fail")
    seconds = summary.get("seconds")
    facts = [f"batch {summary.get('batch', '')}", f"{summary.get('jobs', 0)} runs", f"{summary.get('cached', 0)} from the cache"]
    facts += [f"{figure(float(seconds), 's')} of wall time"] if isinstance(seconds, int | float) else []
    return (
        f'<header><div><h1>{escape(title)}</h1><p class="note">{escape(" · ".join(facts))}</p></div>'
        f'<span class="verdict {kind} large">{word}</span>'
        '<button type="button" class="quiet" id="theme">Light / dark</button></header>'
    )


def _study(study: Sequence[Mapping[str, Any]]) -> str:
    return f'<section class="cards">{"".join(map(_card, study))}</section>' if study else ""


def _card(line: Mapping[str, Any]) -> str:
    """One expectation over the batch: value, bound, interval."""
    show: Callable[[float | None], str] = partial(_share if line["name"] == "pass_rate" else figure, unit=line["unit"])
    bound = {key: value for key, value in line["bound"].items() if key in ("min", "max", "equal", "tolerance")}
    if line["name"] == "pass_rate":
        limit = " and ".join(f"{sign} {show(bound[key])}" for key, sign in (("min", "≥"), ("max", "≤"), ("equal", "=")) if key in bound)
    else:
        limit = bound_text(bound, line["unit"])
    interval = ""
    if line.get("low") is not None and line.get("high") is not None:
        confidence = line.get("confidence")
        sure = f"one-sided {100 * confidence:g} % limits" if confidence else "limits"
        interval = f"<p class=note>{sure}: {escape(show(line['low']))} … {escape(show(line['high']))}</p>"
    kind, word = ("pass", "holds") if line["ok"] else ("fail", "broken")
    verdict = f'<p><span class="verdict {kind}">{word}</span> <span class="note">{escape(limit)}</span></p>'
    value = f'<p class="value">{escape(show(line["value"]))}</p>'
    return f'<div class="card {kind}"><h3>{escape(label(line["name"]))}</h3>{value}{verdict}{interval}</div>'


def _share(value: float | None, unit: str = "1") -> str:
    return "–" if value is None else f"{100 * value:.3g} %"


def _counts(summary: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """One bar for all runs, cut by what came of them."""
    verdicts = summary.get("verdicts", {})
    stopped = int(summary.get("stopped", 0)) + int(summary.get("failed", 0))
    # a run that stopped has a verdict too; here it is counted once, as stopped
    failed = sum(row["verdict"] == "fail" and row["status"] == "done" for row in rows) if rows else int(verdicts.get("fail", 0))
    parts = [("passed", "pass", int(verdicts.get("pass", 0))), ("failed", "fail", failed), ("stopped", "stopped", stopped)]
    rest = max(int(summary.get("jobs", 0)) - sum(count for *_, count in parts), 0)
    parts.append(("not judged", "none", rest))
    shown = [part for part in parts if part[2]]
    total = sum(count for *_, count in shown) or 1
    bar = "".join(f'<i class="{kind}" style="flex:{count}" title="{count} {name}"></i>' for name, kind, count in shown)
    words = "".join(
        f'<li class="{kind}"><b>{count}</b> {name} <small>{100 * count / total:.1f} %</small></li>' for name, kind, count in shown
    )
    return f'<section class="counts"><div class="stack" role="img" aria-label="Runs by verdict">{bar}</div><ul>{words}</ul></section>'


def _worst(runs: Runs, scene: Scene | bytes | None, id: str) -> str:
    """The run that a reader should look at first, playable."""
    if scene is None:
        return ""
    row = next((row for row in runs.rows if row["id"] == id), None)
    facts = _facts(row, runs) if row is not None else []
    reason = f'<p class="reason">{escape(str(row["reason"]))}</p>' if row is not None and row.get("reason") else ""
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts)
    glb = scene if isinstance(scene, bytes) else glb_bytes(scene)
    run = f"run {row['index']}, " if row is not None else ""
    who = f'<p class="note">{run}id <code>{escape(id[:12])}</code></p>'
    stage = f'<div class="stage">{player_box(glb, "worst")}</div>'
    return f'<section><h2>Worst run</h2>{who}{reason}<dl class="facts">{items}</dl>{stage}</section>'


def _facts(row: Row, runs: Runs) -> list[tuple[str, str]]:
    """Swept values of a run, then its broken expectations."""
    values = [(path, _value(value, runs.units.get(path, ""))) for path, value in row["values"].items()]
    gone = [(name, runs.units.get(name, "1")) for name in batch_stats.broken(row, runs.expect)]
    return values + [(label(n), f"{figure(row['scalars'].get(n), unit)}, must be {bound_text(runs.expect[n], unit)}") for n, unit in gone]


def _value(value: Any, unit: str) -> str:
    return figure(float(value), unit) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _reasons(runs: Runs) -> str:
    found = batch_stats.reasons(runs.rows, runs.expect, runs.units)
    if not found:
        return ""
    most = max(found.values())
    bars = {reason: f'<i style="width:{100 * count / most:.0f}%"></i>' for reason, count in found.items()}
    items = "".join(f"<tr><td>{escape(r)}</td><td class=share>{bars[r]}</td><td class=n>{count}</td></tr>" for r, count in found.items())
    return f'<div class="box"><table class="reasons">{items}</table></div>'


def _table() -> str:
    """Filled, sorted and filtered by scripts/report.js from the page's own data."""
    downloads = "".join(f'<button type="button" class="quiet" data-download="{kind}">{kind.upper()}</button>' for kind in ("csv", "json"))
    search = '<input type="search" placeholder="Find an id, a value, a reason" aria-label="Find in the table">'
    tools = f'<div class="tools"><div class="filters" role="group" aria-label="Filter by verdict"></div>{search}{downloads}</div>'
    table = '<div class="box scroll"><table class="runs"><thead></thead><tbody></tbody></table></div>'
    more = '<p class="note" id="shown" role="status"></p><button type="button" class="quiet" id="more" hidden>Show all</button>'
    return f'<section id="runs"><h2>All runs</h2>{tools}{table}{more}</section>'


def _inputs(scenario: Mapping[str, Any] | None) -> str:
    if scenario is None:
        return ""
    text = escape(json.dumps(scenario, indent=2, ensure_ascii=False, default=str))
    summary = "<summary>The scenario as it was resolved (SI)</summary>"
    return f"<section><h2>Inputs</h2><details class=box>{summary}<pre>{text}</pre></details></section>"


def _json(data: Any) -> str:
    """JSON that is safe inside a script element; numbers that are not finite become null."""
    return json.dumps(_finite(data), ensure_ascii=False, separators=(",", ":"), default=str).replace("<", "\\u003c")


def _finite(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {str(key): _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    if isinstance(data, np.generic):
        data = data.item()
    return None if isinstance(data, float) and not np.isfinite(data) else data
