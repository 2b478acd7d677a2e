"""Pictures of the pages for people to look at: `python tests/browser/shots.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from chromium import chromium
from demo_batch import report_arguments
from demo_cell import demo_cell
from demo_summary import SUMMARY

from twin.view import player_html, report_html


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "cell.html"
    page.write_text(player_html(demo_cell(), "server_sled_insertion", SUMMARY), encoding="utf-8")
    with chromium() as tab:
        for name, width, height, dark, time in (
            ("light", 1280, 800, False, 0),
            ("dark", 1280, 800, True, 18.3),
            ("narrow", 390, 780, False, 18.3),
        ):
            tab.open(page, width=width, height=height, dark=dark)
            tab.run(f"(d => {{ twinPlayer.seek({time}); return new Promise(r => setTimeout(r, 900)); }})()")
            tab.screenshot(folder / f"cell_{name}.png")
        report = folder / "report.html"
        report.write_text(report_html(**report_arguments(), worst=demo_cell()), encoding="utf-8")
        for name, width, dark in (("light", 1280, False), ("dark", 1280, True), ("narrow", 390, False)):
            tab.open(report, width=width, height=1000, dark=dark)
            tab.run("new Promise(done => setTimeout(done, 900))")
            tab.screenshot(folder / f"report_{name}.png", whole=True)
        print(tab.requests, tab.complaints)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
