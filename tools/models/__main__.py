"""Make the heads that come with the product, each with a card of how it was made and how good it is.

python -m tools.models --data DATA [--only sentiment,anger] [--cache FOLDER] [--fast]

DATA holds folders as `sources.py` names them. The same data give the same heads. `--fast` leaves the cross-validation out, for trying
things: such a head has no figures on its card and is not for shipping. `--lexicon` makes the public list of words of feeling anew.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from ascolto.understanding.engine.threads import one_thread

one_thread()

from ascolto.understanding.engine.encoder import open_encoder  # noqa: E402
from ascolto.understanding.engine.lexicon import FOLDER  # noqa: E402
from ascolto.understanding.engine.reader import SHIPPED  # noqa: E402
from tools.models import answer, intent  # noqa: E402
from tools.models.lexicon import write_lexicon  # noqa: E402
from tools.models.making import make  # noqa: E402
from tools.models.plan import all_plans  # noqa: E402

OTHERS = {"intent": intent.make, "answer": answer.make}  # have a way of their own


def main() -> None:
    """Make what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tools.models", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", default="", help="names of heads, with commas")
    parser.add_argument("--cache", type=Path, default=None, help="keeps the vectors of the texts")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--fast", action="store_true", help="without cross-validation")
    parser.add_argument("--lexicon", action="store_true", help="make the list of words of feeling first")
    options = parser.parse_args()
    if options.lexicon:
        print(f"{write_lexicon(options.data, FOLDER / 'public.tsv')} words of feeling")
    plans, encoder = all_plans(), open_encoder()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.only.split(",") if options.only else [*plans, *OTHERS]:
        began = time.monotonic()
        if name in OTHERS:
            head = OTHERS[name](options.data, encoder)
        else:
            head = make(plans[name], options.data, encoder, options.cache, judge=not options.fast)
        packed = head.to_bytes()
        (options.out / f"{name}.npz").write_bytes(packed)
        card = {"name": name} | head.card | {"sure_from": head.sure_from, "bytes": len(packed)}
        (options.out / f"{name}.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")  # fmt: skip
        figures = head.card.get("figures") or head.card.get("held out")
        print(f"{name}: {len(packed) // 1024} KB, {time.monotonic() - began:.0f} s, {figures}", flush=True)


if __name__ == "__main__":
    main()
