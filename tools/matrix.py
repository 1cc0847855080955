"""Write docs/channels/README.md anew: what every channel can do, from the sheets of the adapters.

python -m tools.matrix
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "channels" / "README.md"
HEAD = """# Channels

What every channel can do. Written by `python -m tools.matrix` from the capability sheets; don't edit it by hand.
In the product the same table is under Settings, Inboxes, "What each channel can do".
"""


def page() -> str:
    """The whole page, for the channels that come with the product."""
    from ascolto.channels import matrix
    from ascolto.channels.registry import all_adapters
    from ascolto.workspace.chooser import groups_of

    ours = [a for a in all_adapters().values() if type(a).__module__.startswith("ascolto.channels.adapters.")]
    ours.sort(key=lambda adapter: adapter.label.casefold())
    parts = [HEAD]
    for group in groups_of(ours):
        rows = matrix.rows(choice.adapter for choice in group.choices)
        parts.append(f"## {group.title}\n\n{group.about}\n\n{_table(rows)}\n")
    return "\n".join(parts)


def _table(rows: list) -> str:  # type: ignore[type-arg]
    """Capabilities down, channels across: so it stays readable when a channel has much to say."""
    from ascolto.channels.matrix import FEATURES, words_of

    lines = [["", *(_name(row.adapter.kind, row.adapter.label) for row in rows)]]
    lines.append(["---"] * len(lines[0]))
    lines += [[f.label, *(words_of(f.key, row.cells[f.key]) for row in rows)] for f in FEATURES]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _name(kind: str, label: str) -> str:
    return f"[{label}]({kind}.md)" if (PAGE.parent / f"{kind}.md").is_file() else label


def main() -> None:
    """Write the page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ascolto.config.settings")
    import django
    from django.utils import translation

    django.setup()
    with translation.override("en"):
        PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
