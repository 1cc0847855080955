"""The Charter drawn: bars, curves and dots as SVG without a script and without a style. Whatever is drawn is also said in words."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ascolto.charter.guarantee import State

_LETTER = {State.KEPT: "k", State.AT_RISK: "r", State.BROKEN: "b", State.NOT_MEASURED: "n"}
TALLEST, THRESHOLD_AT, STUB = 128.0, 96.0, 4.0  # pixels of a bar of the wave
_RECT = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>')


def letter(state: State) -> str:
    """The state as styles know it: k, r, b, n."""
    return _LETTER[state]


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def bar(state: State, share: float | None, threshold: float) -> Markup:
    """A guarantee of the wave: the line of the threshold is at the same height for all."""
    height = STUB if share is None else min(TALLEST, max(10.0, THRESHOLD_AT + (share - threshold) * 6.4))
    return Markup(
        '<svg class="marks" width="30" height="{}" viewBox="0 0 30 {}" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    ).format(_n(height), _n(height), _mark(state, 6.6, 16.8, height, height))


def marks(
    rows: Sequence[tuple[State, float | None]], label: str, width: int = 172, height: int = 26
) -> Markup:
    """All guarantees in a row, small: kept is full, at risk has a hollow top, broken is cut in two, not measured is a stub."""
    step = width / max(1, len(rows))
    drawn = Markup("").join(
        _mark(state, place * step + step * 0.22, step * 0.56, _low(share, height), height)
        for place, (state, share) in enumerate(rows)
    )
    return Markup(
        '<svg class="marks" width="{w}" height="{h}" viewBox="0 0 {w} {h}" preserveAspectRatio="none" role="img" '
        'aria-label="{label}">{drawn}</svg>'
    ).format(w=width, h=height, label=label, drawn=drawn)


def _low(share: float | None, height: int) -> float:
    return 2.5 if share is None else min(height, max(5.0, (share - 70) / 30 * height))


def _mark(state: State, x: float, width: float, height: float, bottom: float) -> Markup:
    top = bottom - height
    if state == State.AT_RISK:
        hollow = _RECT.format("r-top", _n(x + 0.5), _n(top + 0.5), _n(width - 1), _n(max(1.0, height - 1)))
        return hollow + _RECT.format("r", _n(x), _n(top + height * 0.42), _n(width), _n(height * 0.58))
    if state == State.BROKEN:
        piece = height * 0.42
        upper = _RECT.format("b", _n(x), _n(top), _n(width), _n(piece))
        return upper + _RECT.format("b", _n(x), _n(bottom - piece), _n(width), _n(piece))
    return _RECT.format(letter(state), _n(x), _n(top), _n(width), _n(height))


def spark(curve: Sequence[float | None], threshold: float, state: State, w: int = 84, h: int = 26) -> Markup:
    """The curve of a guarantee with its threshold as a dashed line; days without anything break it."""
    values = [value for value in curve if value is not None]
    if not values:
        return Markup("")
    low, high = min(*values, threshold) - 0.5, max(*values, threshold) + 0.5

    def x(place: int) -> float:
        return 2 + (w - 6) * place / max(1, len(curve) - 1)

    def y(value: float) -> float:
        return 3 + (h - 6) * (1 - (value - low) / (high - low))

    last = max(place for place, value in enumerate(curve) if value is not None)
    tone = "bad" if state == State.BROKEN else "carta"
    return Markup(
        '<svg class="chart spark" width="{w}" height="{h}" viewBox="0 0 {w} {h}" aria-hidden="true">'
        '<line class="target soft" x1="0" x2="{w}" y1="{t}" y2="{t}"/><path class="ln thin s-{tone}" d="{path}"/>'
        '<circle cx="{cx}" cy="{cy}" r="2.25" class="f-{tone}"/></svg>'
    ).format(
        w=w, h=h, t=_n(y(threshold)), tone=tone, path=_path([(x(p), None if v is None else y(v)) for p, v in enumerate(curve)]),
        cx=_n(x(last)), cy=_n(y(curve[last] or 0.0)),
    )  # fmt: skip


def _path(points: Sequence[tuple[float, float | None]]) -> str:
    drawn, pen_up = [], True
    for x, y in points:
        if y is None:
            pen_up = True
            continue
        drawn.append(f"{'M' if pen_up else 'L'}{_n(x)} {_n(y)}")
        pen_up = False
    return "".join(drawn)


def scale_from(shares: Sequence[float]) -> float:
    """Where the scale of a row of dots begins, so that the lowest is on it."""
    lowest = min(shares, default=100.0)
    return 80.0 if lowest >= 80 else 50.0 if lowest >= 50 else 0.0


def dot(share: float, threshold: float, label: str, begins: float) -> Markup:
    """One row of a comparison: the dot, and the threshold as a dashed line."""

    def x(value: float) -> str:
        return _n(1 + 97.5 * (min(100.0, max(begins, value)) - begins) / (100 - begins))

    tone = "carta" if share >= threshold - 2 else "warn" if share >= threshold - 10 else "bad"
    line = (
        Markup('<line class="target" x1="{x}%" x2="{x}%" y1="0" y2="22"/>').format(x=x(threshold))
        if threshold >= begins
        else Markup("")
    )
    return Markup(
        '<svg class="chart" width="100%" height="22" role="img" aria-label="{label}">'
        '<line class="s-soft" stroke-width="2" x1="1%" x2="{x}%" y1="11" y2="11"/>{line}'
        '<circle cx="{x}%" cy="11" r="5.5" class="f-{tone}"/></svg>'
    ).format(label=label, x=x(share), line=line, tone=tone)
