"""The site of the documents: it builds without a warning, lists each page once, and works in a browser.

Without mkdocs the tests are skipped; without a chromium the last one is, loudly; with
`PRICELANG_BROWSER=required` it fails then.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.integrations.test_in_browser import Silent, dumped

pytest.importorskip("mkdocs")
pytest.importorskip("material")

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "integrations" / "site" / "mkdocs.yml"
DOCS = ROOT / "docs"
LLMS = DOCS / "llms.txt"
SOURCE = "https://raw.githubusercontent.com/pricelang/pricelang/main/"
PAGES = sorted(path.name for path in DOCS.glob("*.md"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(CONFIG)]
    ended = subprocess.run(
        [*command, "-d", str(folder)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return folder


def test_each_page_is_in_the_site_and_in_the_list(site: Path) -> None:
    listed = re.findall(
        r"^- \[.+\]\((\w[\w-]*\.md)\):", (DOCS / "README.md").read_text(encoding="utf-8"), re.M
    )
    assert sorted([*listed, "README.md"]) == PAGES
    for name in PAGES:
        page = site / ("index.html" if name == "README.md" else name.replace(".md", ".html"))
        assert page.is_file()
    assert (site / "llms.txt").is_file()


def for_models() -> str:
    """The list of the pages as `llms.txt` has it: the title of each, its address and what it is about."""
    found = [LLMS.read_text(encoding="utf-8").partition("\n## ")[0].rstrip()]
    for line in (DOCS / "README.md").read_text(encoding="utf-8").splitlines():
        entry = re.fullmatch(r"- \[(.+)\]\((?:\.\./)?([\w./-]+)\): (.*)", line)
        if line.startswith("## "):
            found.append(f"\n{line}\n")
        elif entry:
            folder = "" if "](../" in line else "docs/"
            found.append(f"- [{entry[1]}]({SOURCE}{folder}{entry[2]}): {entry[3]}")
    return "\n".join(found) + "\n"


def test_a_page_is_listed_by_its_title() -> None:
    for title, name in re.findall(
        r"^- \[(.+)\]\((\w[\w-]*\.md)\): ", (DOCS / "README.md").read_text(encoding="utf-8"), re.M
    ):
        assert (DOCS / name).read_text(encoding="utf-8").startswith(f"# {title}\n"), name


def test_the_list_for_language_models_is_that_of_the_pages() -> None:
    text = for_models()
    if os.environ.get("UPDATE_GOLDEN") == "1":
        LLMS.write_text(text, encoding="utf-8")
    assert LLMS.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", PAGES)
def test_a_link_is_called_by_what_it_leads_to(name: str) -> None:
    """The name of a file says nothing on a site."""
    text = _plain((DOCS / name).read_text(encoding="utf-8"))
    assert re.findall(r"\[[\w-]+\.md\]\(", text) == []


def test_no_link_of_a_page_leads_nowhere(site: Path) -> None:
    for page in set(site.glob("*.html")) - {site / "404.html"}:
        for link in links(page.read_text(encoding="utf-8")):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), f"{page.name}: {link}"
            if anchor and target.suffix == ".html":
                assert f'id="{anchor}"' in target.read_text(encoding="utf-8"), (
                    f"{page.name}: {link}"
                )


def test_a_bar_in_code_in_a_table_is_a_bar(site: Path) -> None:
    """Markdown of files wants a backslash before it there, which a site would show."""
    commands = (site / "commands.html").read_text(encoding="utf-8")
    assert "PATH|NAME" in commands.replace("&#124;", "|")
    for page in site.glob("*.html"):
        html = page.read_text(encoding="utf-8")
        assert not re.search(r"<td>(?:(?!</td>).)*<code>[^<]*\\\|", html), page.name


def test_only_a_command_is_coloured_as_one(site: Path) -> None:
    """An amount at the head of a line is no prompt; a text that a command is given is its own."""
    html = (site / "first-price.html").read_text(encoding="utf-8")
    prompts = re.findall(r'<span class="gp">([^<]*)</span>', html)
    assert set(prompts) == {"$ "}
    contract = (site / "contract.html").read_text(encoding="utf-8")
    assert '<span class="gp">&gt; </span>' in contract


def links(html: str) -> Iterator[str]:
    """The links of a page that stay in the site."""
    for link in re.findall(r'href="?([^"\s>]+)', html):
        if not re.match(r"[a-z]+:", link):
            yield link


def test_a_fence_is_code_and_a_table_a_table(site: Path) -> None:
    for name in PAGES:
        text = (DOCS / name).read_text(encoding="utf-8")
        page = site / ("index.html" if name == "README.md" else name.replace(".md", ".html"))
        html = page.read_text(encoding="utf-8")
        body = html.partition("<article")[2].partition("</article>")[0]
        assert "```" not in re.sub(r"<code>.*?</code>", "", body, flags=re.DOTALL), name
        assert body.count("<table") == len(re.findall(r"^\|[ |:-]*-[ |:-]*\|$", _plain(text), re.M))


def _plain(text: str) -> str:
    return re.sub(r"^( *)(```+)[^\n]*\n.*?^ *\2 *$", "", text, flags=re.MULTILINE | re.DOTALL)


def test_it_is_served_and_read_in_a_browser(site: Path, tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        page = dumped(f"{address}/constructs.html", tmp_path)
        home = dumped(f"{address}/", tmp_path)
        server.shutdown()
    # the script of the theme ran, and its style is applied
    assert re.search(r'<html[^>]* class="js', page)
    assert '<h3 id="multiplier"' in page
    assert "Your first price in five minutes" in home
