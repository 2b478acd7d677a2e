"""One result as one page: who it is, whether it passed, what it measured, and the run in 3-D."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from twin.scene import Scene, glb_bytes
from twin.view.figures import bound_text, figure, label
from twin.view.page import page, player_assets, player_box

__all__ = ["player_html", "verdict_pill"]

HEADLINES = 5  # figures in the header
FIRST = ("cycle_time", "min_clearance")  # scalars that go first where there is room


def player_html(scene: Scene | bytes | None, title: str, summary: Mapping[str, Any], *, plots: Sequence[str] = ()) -> str:
    """One self-contained page.

    Args:
        scene: a scene, the bytes of a GLB file of one, or None where a kind draws nothing.
        title: of the page and its heading.
        summary: as `result.json`: kind, id, status, verdict, reason, expectations, scalars, stats, provenance; each may be missing.
        plots: SVG texts to show in place of the missing scene.
    """
    header = _header(title, summary)
    if scene is None:
        figures = "".join(f"<figure>{plot}</figure>" for plot in plots) or "<p>This result has neither a scene nor time histories.</p>"
        return page(title, f'{header}\n<main class="plots">{figures}</main>', styles=["result.css"])
    glb = scene if isinstance(scene, bytes) else glb_bytes(scene)
    css, script = player_assets()
    return page(title, header + player_box(glb, "scene", keys="page"), styles=[css, "result.css"], scripts=[script])


def _header(title: str, summary: Mapping[str, Any]) -> str:
    id = str(summary.get("id", ""))[:12]
    line = " · ".join(escape(str(part)) for part in (summary.get("kind"), id, _machine(summary)) if part)
    reason = f'<p class="reason">{escape(str(summary["reason"]))}</p>' if summary.get("reason") else ""
    figures = "".join(
        f"<div{' class=bad' if bad else ''}><dt>{escape(label(name))}</dt><dd>{escape(text)}</dd></div>"
        for name, text, bad in _headlines(summary)
    )
    who = f'<div class="who"><div class="line"><h1>{escape(title)}</h1>{verdict_pill(summary)}</div>{reason}<p>{line}</p></div>'
    more = f'<details class="more"><summary>Details</summary><div class="sheet">{_sheet(summary)}</div></details>'
    return f'<header class="bar">{who}<dl class="figures">{figures}</dl>{more}</header>\n'


def verdict_pill(summary: Mapping[str, Any]) -> str:
    """The verdict in a word and a colour; a run that did not come to an end says so instead."""
    status, verdict = summary.get("status", "done"), summary.get("verdict", "none")
    if status != "done":
        return f'<span class="verdict stopped">{escape(str(status))}</span>'
    word = {"pass": "passed", "fail": "failed", "none": "no expectations"}.get(str(verdict), str(verdict))
    return f'<span class="verdict {escape(str(verdict))}">{escape(word)}</span>'


def _headlines(summary: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """(name, value, failed): failed expectations first, then the others, then the first scalars."""
    expectations = sorted(summary.get("expectations", ()), key=lambda e: bool(e["ok"]))
    scalars = summary.get("scalars", {})
    chosen = {e["name"]: (figure(e["value"], e["unit"]), not e["ok"]) for e in expectations if "*" not in e["name"]}
    for name in [*(n for n in FIRST if n in scalars), *scalars]:
        chosen.setdefault(name, (figure(scalars[name]["value"], scalars[name]["unit"]), False))
    return [(name, text, bad) for name, (text, bad) in list(chosen.items())[:HEADLINES]]


def _machine(summary: Mapping[str, Any]) -> str:
    seconds = summary.get("stats", {}).get("seconds")
    return f"computed in {figure(float(seconds), 's')}" if isinstance(seconds, int | float) else ""


def _sheet(summary: Mapping[str, Any]) -> str:
    parts = []
    if summary.get("expectations"):
        head = "<tr><th>scalar</th><th class=n>measured</th><th class=n>bound</th><th></th></tr>"
        parts.append(_table("Expectations", [_expectation(e) for e in summary["expectations"]], head))
    if summary.get("scalars"):
        measured = [(label(name), figure(s["value"], s["unit"])) for name, s in summary["scalars"].items()]
        parts.append(_table("Measured", [f"<tr><td>{escape(name)}</td><td class=n>{escape(value)}</td></tr>" for name, value in measured]))
    for heading, key in (("Run", "stats"), ("Provenance", "provenance")):
        rows = [f"<tr><td>{escape(label(k))}</td><td class=mono>{escape(_plain(v))}</td></tr>" for k, v in _flat(summary.get(key, {}))]
        parts += [_table(heading, rows)] if rows else []
    return "".join(parts) or "<p>Nothing more was recorded.</p>"


def _expectation(line: Mapping[str, Any]) -> str:
    value, bound = escape(figure(line["value"], line["unit"])), escape(bound_text(line["bound"], line["unit"]))
    return f"<tr><td>{escape(label(line['name']))}</td><td class=n>{value}</td><td class=n>{bound}</td><td>{_held(line['ok'])}</td></tr>"


def _held(ok: bool) -> str:
    return f'<span class="verdict {"pass" if ok else "fail"}">{"holds" if ok else "broken"}</span>'


def _table(heading: str, rows: Sequence[str], head: str = "") -> str:
    return f"<h2>{heading}</h2><table>{head}{''.join(rows)}</table>"


def _flat(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    return [
        item
        for key, value in tree.items()
        for item in (_flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else [(f"{prefix}{key}", value)])
    ]


def _plain(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
