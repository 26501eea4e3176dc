#!/usr/bin/env python3
"""The papers: every relative link points to a file that is there, and to a heading of it where it names one; README.md
has at most 120 lines. No line of a paper (rows of tables may be) or of a script is longer than 120 columns; for C++,
clang-format sees to that, for JavaScript and TypeScript ESLint does."""
import pathlib
import re
import subprocess
import sys
import urllib.parse

scripts = ("*.py", "*.sh", "run", "test", "tests/fuzz/campaign", "tests/fuzz/record")
root = pathlib.Path(__file__).resolve().parent.parent
columns, lines_of_readme = 120, 120


def prose(text):
    """The lines of a paper with their numbers; those of code are empty."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        fence = line.lstrip().startswith("```")
        inside ^= fence
        yield number, line, "" if inside or fence else re.sub(r"`[^`]*`", "", line)


def anchors(paper):
    """The headings of a paper, as GitHub names them in links."""
    lines = prose(paper.read_text(encoding="utf-8"))
    titles = [line.lstrip("#").strip() for _, line, text in lines if text.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def there(*patterns):
    command = ["git", "ls-files", "-co", "--exclude-standard", *patterns]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split("\n")
    return [root / name for name in listed if name and (root / name).exists()]


wrong = []
papers = there("*.md")
for paper in papers:
    name, text = paper.relative_to(root), paper.read_text(encoding="utf-8")
    for number, line, said in prose(text):
        if len(line) > columns and not line.startswith("|"):
            wrong.append(f"{name}:{number}: {len(line)} columns")
        for link in re.findall(r"\]\(([^)\s]+)", said):
            if re.match(r"[a-z]+:", link):
                continue
            target, _, heading = link.partition("#")
            file = paper.parent / urllib.parse.unquote(target) if target else paper
            if not file.exists():
                wrong.append(f"{name}:{number}: there is no {link}")
            elif heading and file.suffix == ".md" and heading not in anchors(file):
                wrong.append(f"{name}:{number}: {file.name} has no heading {heading}")
    if name.as_posix() == "README.md" and len(text.splitlines()) > lines_of_readme:
        wrong.append(f"{name}: {len(text.splitlines())} lines; at most {lines_of_readme}")
for script in there(*scripts):
    for number, line in enumerate(script.read_text(encoding="utf-8").splitlines(), 1):
        if len(line) > columns:
            wrong.append(f"{script.relative_to(root)}:{number}: {len(line)} columns")
if not papers:
    wrong.append("there are no papers")
print("\n".join(wrong), end="\n" if wrong else "")
sys.exit(bool(wrong))
