"""Every good flow, spoiled in every place in one of many ways: the proof finds each."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from ascolto.bot.selling import sells
from ascolto.bot.tests.proving import COMPANY, HOUSE, NOBODY, World, found_in, texts_in, world_of

Spoiled = tuple[str, dict[str, Any]]  # where, and the flow


def loaded(text: str) -> Any:
    """A flow's text, in which only true and false are no words."""
    return truths(yaml.load(text, yaml.BaseLoader))


def truths(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: truths(each) for key, each in value.items()}
    if isinstance(value, list):
        return [truths(each) for each in value]
    return {"true": True, "false": False}.get(value, value)


READY = {f"house/{path.stem}": path.read_text(encoding="utf-8") for path in sorted(HOUSE.glob("*.yaml"))}
HOUSES = frozenset(name.removeprefix("house/") for name in READY)  # made for any company
GOOD = {name: loaded(text) for name, text in {**texts_in("good"), **READY}.items()}


def world(name: str) -> World:
    """Whose names the flow uses: the house's own are made for any company."""
    return NOBODY if name.startswith("house/") else COMPANY


MOST_PLACES = 12  # of one flow in one way; all of them were tried when these tests were written
EDGES = ("next", "found", "missing", "failed", "open", "closed", "else")
LANGUAGES = ("it", "en", "fr", "de")


def parts_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    yield path, value
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in list(items):
            yield from parts_of(each, (*path, key))


def changed(flow: dict[str, Any], path: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Spoiled:
    spoiled = copy.deepcopy(flow)
    parent: Any = spoiled
    for key in path[:-1]:
        parent = parent[key]
    change(parent, path[-1])
    return ".".join(map(str, path)), spoiled


def put(value: Any) -> Callable[[Any, Any], None]:
    return lambda parent, key: parent.__setitem__(key, value)


def drop(parent: Any, key: Any) -> None:
    del parent[key]


def edges_of(flow: dict[str, Any]) -> list[tuple[tuple[Any, ...], str]]:
    found = [(path, value) for path, value in parts_of(flow["nodes"], ("nodes",)) if path[-1] in EDGES]
    return [(path, value) for path, value in found if isinstance(value, str)]


def texts_of(flow: dict[str, Any]) -> list[tuple[tuple[Any, ...], Any]]:
    """Texts in several languages; not lists of words."""
    return [
        (path, value)
        for path, value in parts_of(flow)
        if isinstance(value, dict)
        and set(value) & set(LANGUAGES)
        and not any(isinstance(each, list) for each in value.values())
    ]


def strings_of(flow: dict[str, Any]) -> list[tuple[tuple[Any, ...], str]]:
    found = [(path + (key,), one) for path, text in texts_of(flow) for key, one in text.items()]
    return [(path, one) for path, one in found if isinstance(one, str)]


def said_of(flow: dict[str, Any]) -> list[tuple[tuple[Any, ...], str]]:
    found = [(path, text) for path, text in strings_of(flow) if path[-2] in ("say", "menu", "ask", "again")]
    return [(path, text) for path, text in found if "options" not in path]


def nodes_with(flow: dict[str, Any], verb: str) -> list[tuple[str, dict[str, Any]]]:
    return [(name, node) for name, node in flow["nodes"].items() if verb in node]


def an_edge_is_gone(flow: dict[str, Any]) -> Iterator[Spoiled]:
    return (changed(flow, path, drop) for path, _ in edges_of(flow))


def a_target_is_misspelt(flow: dict[str, Any]) -> Iterator[Spoiled]:
    return (changed(flow, path, put(value + "_x")) for path, value in edges_of(flow))


def a_language_is_gone(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for path, text in texts_of(flow):
        for language in text if len(flow["languages"]) > 1 else ():
            yield changed(flow, (*path, language), drop)


def a_text_is_empty(flow: dict[str, Any]) -> Iterator[Spoiled]:
    return (changed(flow, path, put("  ")) for path, _ in strings_of(flow))


def a_gap_is_misspelt(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for path, text in strings_of(flow):
        if "{" in text:
            yield changed(flow, path, put(text.replace("{", "{odd_")))


def a_gap_is_in_one_language(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for path, text in strings_of(flow):
        if len(flow["languages"]) > 1 and "{company}" not in text:
            yield changed(flow, path, put(text + " {company}"))


def a_slot_is_called_otherwise(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for name in flow.get("slots", {}):
        spoiled = copy.deepcopy(flow)
        spoiled["slots"] = {
            (f"{key}_x" if key == name else key): one for key, one in spoiled["slots"].items()
        }
        yield name, spoiled


def a_question_is_gone(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for _, node in nodes_with(flow, "ask"):
        yield changed(flow, ("slots", node["ask"], "ask"), drop)


def nothing_leads_to_a_node(flow: dict[str, Any]) -> Iterator[Spoiled]:
    yield changed(flow, ("nodes", "lost"), put({"end": True}))


def a_slot_is_left_over(flow: dict[str, Any]) -> Iterator[Spoiled]:
    text = dict.fromkeys(flow["languages"], "?!")
    yield changed({"slots": {}, **flow}, ("slots", "left_over"), put({"type": "text", "ask": text}))


def the_start_is_misspelt(flow: dict[str, Any]) -> Iterator[Spoiled]:
    yield changed(flow, ("start",), put("strat"))


def a_node_leads_to_itself(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for path, _ in edges_of(flow):
        if len(path) == 3 and "menu" not in flow["nodes"][path[1]]:
            node = flow["nodes"][path[1]]
            if "flow" not in node:  # a part may wait for the customer each time
                yield changed(flow, path, put(path[1]))


def an_option_stands_twice(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for name, node in nodes_with(flow, "menu"):
        yield changed(flow, ("nodes", name, "options"), put([*node["options"], node["options"][0]]))


def there_are_six_options(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for name, node in nodes_with(flow, "menu"):
        more = [{**node["options"][0], "id": f"more{place}"} for place in range(5)]
        yield changed(flow, ("nodes", name, "options"), put([*node["options"], *more][:6]))


def a_key_means_nothing(flow: dict[str, Any]) -> Iterator[Spoiled]:
    return (changed(flow, ("nodes", name, "odd"), put("x")) for name in flow["nodes"])


def an_option_takes_the_operator_away(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for name, node in nodes_with(flow, "menu"):
        for place, option in enumerate(node["options"]):
            following = flow["nodes"].get(option["next"], {})
            if option["next"] != "person" and set(following) & {
                "menu",
                "ask",
                "end",
                "call",
                "flow",
                "look_up",
            }:
                label = dict.fromkeys(flow["languages"], "Operatore")
                yield changed(flow, ("nodes", name, "options", place, "label"), put(label))


def a_text_signs_as_a_person(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for path, text in said_of(flow):
        if "assist" not in text:  # an assistant may have a name
            yield changed(flow, path, put(f"Ciao, sono Marco. {text}"))


def a_text_has_a_link(flow: dict[str, Any]) -> Iterator[Spoiled]:
    return (changed(flow, path, put(f"{text} https://telvia.example")) for path, text in said_of(flow))


def words_are_commercial(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for name, node in nodes_with(flow, "say"):
        if not node.get("commercial") and "problem" not in str(flow["nodes"]):
            yield changed(flow, ("nodes", name, "commercial"), put(True))


def a_part_is_misspelt(flow: dict[str, Any]) -> Iterator[Spoiled]:
    return (
        changed(flow, ("nodes", name, "flow"), put(node["flow"] + "x"))
        for name, node in nodes_with(flow, "flow")
    )


def another_system_has_a_minute(flow: dict[str, Any]) -> Iterator[Spoiled]:
    return (changed(flow, ("nodes", name, "timeout"), put("60s")) for name, _ in nodes_with(flow, "call"))


def a_type_is_misspelt(flow: dict[str, Any]) -> Iterator[Spoiled]:
    return (changed(flow, ("slots", name, "type"), put("txet")) for name in flow.get("slots", {}))


def a_question_is_jumped_over(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for name, node in nodes_with(flow, "ask"):
        spoiled = copy.deepcopy(flow)
        for path, value in edges_of(flow):
            if value == name:
                _, spoiled = changed(spoiled, path, put(node["next"]))
        spoiled["start"] = node["next"] if flow["start"] == name else flow["start"]
        if spoiled["start"] in spoiled["nodes"]:
            del spoiled["nodes"][name]
            yield name, spoiled


def names_of_the_company_are_misspelt(flow: dict[str, Any]) -> Iterator[Spoiled]:
    keys = ("labels", "topics", "topic", "department", "team", "call")
    for path, value in parts_of(flow) if flow["flow"] not in HOUSES else ():
        if path and path[-1] in keys and value:
            yield changed(flow, path, put(["odd"] if isinstance(value, list) else "odd"))


def a_node_is_gone(flow: dict[str, Any]) -> Iterator[Spoiled]:
    wanted = {value for _, value in edges_of(flow)} | {flow["start"]}
    for name in flow["nodes"]:
        if name in wanted:
            yield changed(flow, ("nodes", name), drop)


def words_go_round_for_ever(flow: dict[str, Any]) -> Iterator[Spoiled]:
    """What is said leads back to what was said or looked at just before."""
    for name, _ in nodes_with(flow, "say"):
        for before, other in flow["nodes"].items():
            if other.get("next") == name and set(other) & {"say", "set", "request", "call_back", "call"}:
                yield changed(flow, ("nodes", name, "next"), put(before))


def a_word_calls_a_person(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for name, node in nodes_with(flow, "menu"):
        for place, option in enumerate(node["options"]):
            following = flow["nodes"].get(option["next"], {})
            if option["next"] != "person" and set(following) & {
                "menu",
                "ask",
                "end",
                "call",
                "flow",
                "look_up",
            }:
                words = {flow["languages"][0]: ["voglio parlare con qualcuno"]}
                yield changed(flow, ("nodes", name, "options", place, "words"), put(words))


def a_label_is_too_long(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for path, text in strings_of(flow):
        if path[-2] == "label" or (len(path) > 3 and path[-3] == "values"):
            yield changed(flow, path, put(f"{text} e tutto quello che c'è intorno"))


def a_text_was_never_translated(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for path, text in texts_of(flow):
        first, second = (text.get(language) for language in (*flow["languages"], "")[:2])
        if isinstance(first, str) and isinstance(second, str) and len(first.replace("{", " ").split()) > 9:
            yield changed(flow, (*path, flow["languages"][1]), put(first))


def a_text_sells(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for path, text in said_of(flow):
        if path[-1] == "it" and "problem" not in str(flow["nodes"]) and "department" not in path:
            yield changed(flow, path, put(f"{text} Passa a Fibra Oro: 20% di sconto per sempre!"))


def a_text_denies_that_a_bot_speaks(flow: dict[str, Any]) -> Iterator[Spoiled]:
    return (changed(flow, path, put(f"{text} Non sono un robot.")) for path, text in said_of(flow))


def a_system_has_no_way_out(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for verb, edge in (("call", "failed"), ("look_up", "missing"), ("hours", "closed")):
        for name, _ in nodes_with(flow, verb):
            yield changed(flow, ("nodes", name, edge), put(name))


def a_call_goes_to_no_telephone(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for _, node in nodes_with(flow, "call_back"):
        yield changed(flow, ("slots", node["call_back"]["number"], "type"), put("text"))


def a_condition_asks_for_nothing_new(flow: dict[str, Any]) -> Iterator[Spoiled]:
    for name, node in nodes_with(flow, "when"):
        yield changed(flow, ("nodes", name, "when"), put([*node["when"], node["when"][0]]))


SPOILING = [
    a_node_is_gone,
    words_go_round_for_ever,
    a_word_calls_a_person,
    a_label_is_too_long,
    a_text_was_never_translated,
    a_text_sells,
    a_text_denies_that_a_bot_speaks,
    a_system_has_no_way_out,
    a_call_goes_to_no_telephone,
    a_condition_asks_for_nothing_new,
    an_edge_is_gone,
    a_target_is_misspelt,
    a_language_is_gone,
    a_text_is_empty,
    a_gap_is_misspelt,
    a_gap_is_in_one_language,
    a_slot_is_called_otherwise,
    a_question_is_gone,
    nothing_leads_to_a_node,
    a_slot_is_left_over,
    the_start_is_misspelt,
    a_node_leads_to_itself,
    an_option_stands_twice,
    there_are_six_options,
    a_key_means_nothing,
    an_option_takes_the_operator_away,
    a_text_signs_as_a_person,
    a_text_has_a_link,
    words_are_commercial,
    a_part_is_misspelt,
    another_system_has_a_minute,
    a_type_is_misspelt,
    a_question_is_jumped_over,
    names_of_the_company_are_misspelt,
]


@pytest.mark.parametrize("spoil", SPOILING, ids=lambda spoil: spoil.__name__)
def test_it_is_found_when(spoil: Callable[[dict[str, Any]], Iterator[Spoiled]]) -> None:
    tried, missed = 0, []
    for name, flow in GOOD.items():
        places = list(spoil(flow))
        for where, spoiled in places[:: 1 + len(places) // MOST_PLACES]:
            tried += 1
            if not found_in(
                yaml.safe_dump(spoiled, allow_unicode=True, sort_keys=False, width=200), world(name)
            ):
                missed.append(f"{name}: {where}")
    assert missed == []
    assert tried > 0


def test_a_good_flow_is_still_good_when_it_was_only_written_anew() -> None:
    for name, flow in GOOD.items():
        assert (
            found_in(yaml.safe_dump(flow, allow_unicode=True, sort_keys=False, width=200), world(name)) == []
        )


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_keys_may_stand_in_any_order_and_lines_end_in_any_way(ending: str) -> None:
    for name, flow in GOOD.items():
        text = yaml.safe_dump(flow, allow_unicode=True, sort_keys=True, width=10_000).replace(
            "\n", f"  # a remark{ending}"
        )
        assert found_in(text, world(name)) == [], name


def test_where_the_rule_is_on_no_complaint_option_may_be_missing() -> None:
    rule = World(agcom=True, is_commercial=sells)
    ruled = {name: text for name, text in texts_in("good").items() if world_of(text).agcom} | {
        "house/care": READY["house/care"]
    }
    for name, text in ruled.items():
        assert found_in(text, rule) == [], name
        for menu, node in nodes_with(GOOD[name], "menu"):
            left = [option for option in node["options"] if "complaint" not in option]
            if len(left) < len(node["options"]):
                _, spoiled = changed(GOOD[name], ("nodes", menu, "options"), put(left))
                told = found_in(yaml.safe_dump(spoiled, allow_unicode=True, sort_keys=False), rule)
                assert "complaint" in {one.code for one in told}, (name, menu)
