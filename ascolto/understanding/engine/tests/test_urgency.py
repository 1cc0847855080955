import pytest

from ascolto.understanding.engine.encoder import HashedEncoder
from ascolto.understanding.engine.meaning import Context, Judgement
from ascolto.understanding.engine.reader import see
from ascolto.understanding.engine.text import prepare
from ascolto.understanding.engine.urgency import CUES, INTENTS, LEVELS, REASON_NAMES, urgency_of

ENCODER = HashedEncoder()


def read(
    text: str,
    *,
    intent: str = "question",
    head: tuple[float, float] = (0.1, 0.05),
    anger: float = 0.1,
    **context: object,
) -> Judgement:
    said = Judgement(
        "normal", 0.9, probabilities={"high": head[0], "urgent": head[1], "normal": 1 - sum(head)}
    )
    angry = Judgement(
        "anger" if anger >= 0.5 else "calm",
        max(anger, 1 - anger),
        probabilities={"anger": anger, "calm": 1 - anger},
    )
    seen = see(prepare(text), ENCODER.encode([text])[0])
    return urgency_of(seen, said, Judgement(intent, 0.9), angry, Context(**context))  # type: ignore[arg-type]


def height(judgement: Judgement) -> float:
    return sum(LEVELS.index(level) * share for level, share in judgement.probabilities.items())


@pytest.mark.parametrize(
    ("calmer", "sooner"),
    [
        ("la luce in cucina", "sono senza luce"),
        ("vorrei sapere l'orario", "vorrei sapere l'orario subito"),
        ("la carta è nuova", "la carta è clonata"),
        ("c'è un tubo", "c'è una fuga di gas"),
        ("no internet", "no internet, my baby is in hospital"),
    ],
)
def test_a_cue_makes_it_more_urgent_and_is_told_in_the_authors_words(calmer: str, sooner: str) -> None:
    assert height(read(sooner)) > height(read(calmer))
    assert any(why.kind == "word" and why.what in sooner for why in read(sooner).because)


def test_giulia_who_writes_for_the_third_time_comes_before_her_who_writes_once() -> None:
    once, thrice = read("e il rimborso?"), read("e il rimborso?", unanswered=3)

    assert height(thrice) > height(once)
    assert "waiting" in {why.what for why in thrice.because}
    assert height(read("e il rimborso?", unanswered=50)) == height(thrice)


def test_wrath_in_public_presses_more_than_in_private() -> None:
    assert height(read("vergogna", anger=0.9, is_public=True)) > height(read("vergogna", anger=0.9))
    assert height(read("che orari fate?", is_public=True)) == height(read("che orari fate?"))


def test_what_asks_for_nothing_is_low_and_a_question_is_not() -> None:
    nothing = (0.001, 0.001)

    assert read("grazie mille", intent="thanks", head=nothing).label == "low"
    assert read("a che ora aprite?", intent="question", head=nothing).label == "normal"
    assert (
        read("quando avete tempo, nessuna fretta: a che ora aprite?", intent="question", head=nothing).label
        == "low"
    )


def test_danger_in_the_words_and_in_the_head_is_urgent() -> None:
    assert (
        read(
            "odore di gas in casa, aiuto, mandate subito qualcuno!", intent="complaint", head=(0.2, 0.7)
        ).label
        == "urgent"
    )


def test_the_shares_of_the_levels_are_probabilities() -> None:
    for text in ("ciao", "aiuto subito fuga di gas bambini", "con calma"):
        for intent in INTENTS:
            shares = read(text, intent=intent).probabilities
            assert set(shares) == set(LEVELS)
            assert all(share >= 0 for share in shares.values())
            assert sum(shares.values()) == pytest.approx(1)


def test_without_a_head_the_words_still_tell() -> None:
    seen = see(prepare("fuga di gas, aiuto, subito!"), ENCODER.encode(["a"])[0])
    nothing = Judgement("", 0.0, is_sure=False)

    told = urgency_of(seen, nothing, nothing, nothing, Context())

    assert told.label in ("high", "urgent", "normal")
    assert told.because


def test_only_the_words_of_no_hurry_weigh_against() -> None:
    assert [kind for kind, weight in CUES.items() if weight < 0] == ["calm"]


def test_every_reason_that_is_no_word_has_a_name_for_screens() -> None:
    told = read(
        "vergogna", intent="complaint", head=(0.4, 0.3), anger=0.9, unanswered=2, is_public=True
    ).because

    rules = {why.what for why in told if why.kind == "rule"}
    assert rules | {"like_urgent", "like_others"} == REASON_NAMES.keys()


def test_a_reason_speaks_for_the_level_that_is_told() -> None:
    calm = {why.what: why.weight for why in read("a che ora aprite?", head=(0.001, 0.001)).because}
    urgent = {why.what: why.weight for why in read("fuga di gas!", head=(0.1, 0.8)).because}

    assert calm["like_others"] > 0
    assert urgent["like_urgent"] > 0
    assert urgent["fuga di gas"] > 0
