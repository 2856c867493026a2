"""Renders Markdown files as GitHub's own cmark does, raw HTML left in, and prints what came of each as JSON.

    render_markdown.py FILE...

For each file: how often each element occurs, the attributes that occur, every table row's number of cells, the text
of every code element, the text outside them and the whole text.
"""

import collections
import html.parser
import json
import sys

import cmarkgfm
from cmarkgfm.cmark import Options

VOID = {"br", "img", "hr", "input"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.elements, self.attributes = collections.Counter(), set()
        self.rows, self.code, self.text, self.bare, self.open, self.other = [], [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.elements[tag] += 1
        self.attributes.update(f"{tag} {name}" for name, _ in attrs)
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += 1
        if tag == "code":
            self.code.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.other.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        if "code" in self.open:
            self.code[-1] += data
        else:
            self.bare.append(data)
        self.text.append(data)

    def handle_comment(self, data):
        self.other.append(f"comment {data}")

    def handle_decl(self, decl):
        self.other.append(f"declaration {decl}")

    def unknown_decl(self, data):
        self.other.append(f"declaration {data}")

    def handle_pi(self, data):
        self.other.append(f"instruction {data}")


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    page = Page()
    page.feed(cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES))
    page.close()
    return {
        "elements": page.elements,
        "attributes": sorted(page.attributes),
        "rows": page.rows,
        "code": page.code,
        "other": page.other + [f"<{tag}> is not closed" for tag in page.open],
        "text": "".join(page.text),
        "bare": "".join(page.bare),
    }


if __name__ == "__main__":
    json.dump([read(path) for path in sys.argv[1:]], sys.stdout)
