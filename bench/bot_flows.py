"""`python -m bench.bot_flows`: how long it takes to read and prove a flow of 2,000 nodes, every kind of node in it, in two languages."""

from __future__ import annotations

import argparse
import time

from ascolto.bot.graph import World, check
from ascolto.bot.proofs.ground import Ground
from ascolto.bot.selling import sells
from bench.report import machine

HEAD = """flow: large
languages: [it, en]
start: n0_menu
slots:
  code: {type: code, mask: TV999999, known: [customer_code], ask: {it: "Qual è il codice?", en: "What is the code?"}}
  number: {type: phone, known: [phone], ask: {it: "Quale numero?", en: "Which number?"}}
  days: {type: number}
  state: {type: text}
nodes:
"""
# Ten nodes: a menu, questions, a call, a decision, words with a plural, a request, a look into the knowledge, hours, a promise.
BLOCK = """
  n{i}_menu:
    menu: {{it: "Domanda numero {i}?", en: "Question number {i}?"}}
    options:
      - {{id: a, label: {{it: Guasto {i}, en: Fault {i}}}, words: {{it: [rotto{i}], en: [broken{i}]}}, next: n{i}_code}}
      - {{id: b, label: {{it: Bolletta {i}, en: Bill {i}}}, topics: [Bollette], next: n{i}_look}}
  n{i}_code: {{ask: code, next: n{i}_call}}
  n{i}_call: {{call: line_test, send: [code], save: {{state: state, days: days}}, next: n{i}_when, failed: n{i}_number}}
  n{i}_when:
    when:
      - {{if: {{problem: false, slots: {{state: [ok, good]}}}}, next: n{i}_say}}
      - {{if: {{language: it, hours: "09:00-18:00"}}, next: n{i}_hours}}
    else: n{i}_number
  n{i}_say:
    say:
      it: {{count: days, plural: {{one: "Linea {i}: {{state}} da un giorno.", other: "Linea {i}: {{state}} da {{days}} giorni."}}}}
      en: {{count: days, plural: {{one: "Line {i}: {{state}} for a day.", other: "Line {i}: {{state}} for {{days}} days."}}}}
    next: n{i}_number
  n{i}_number: {{ask: number, next: n{i}_request}}
  n{i}_request: {{request: {{department: Tecnici, text: {{it: "Guasto {i} {{number}}", en: "Fault {i} {{number}}"}}}}, next: n{i}_back}}
  n{i}_look: {{look_up: last, found: n{i}_hours, missing: n{i}_number}}
  n{i}_hours: {{hours: company, open: {following}, closed: n{i}_number}}
  n{i}_back: {{call_back: {{number: number, within: 4h}}, next: {following}}}
"""


def large(nodes: int) -> str:
    """The text of a flow of so many nodes."""
    blocks = nodes // 10
    told = [
        BLOCK.format(i=place, following=f"n{place + 1}_menu" if place + 1 < blocks else "person").lstrip("\n")
        for place in range(blocks)
    ]
    return HEAD + "".join(told)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.bot_flows", description=__doc__)
    parser.add_argument("--nodes", type=int, default=2000)
    parser.add_argument("--times", type=int, default=7)
    options = parser.parse_args()
    text = large(options.nodes)
    taken, processor = [], []
    for _time in range(options.times):
        begun, busy = time.perf_counter(), time.process_time()
        flow, found = check(text, {}, World(is_commercial=sells))
        taken.append(time.perf_counter() - begun)
        processor.append(time.process_time() - busy)
    assert flow is not None
    texts = len(Ground(flow, {}, World()).sites)
    print(machine())
    print(
        f"{len(flow.nodes):,} nodes, {texts:,} texts in two languages, {len(text):,} characters; {len(found)} findings"
    )
    told = sorted(taken)
    print(f"read and proved: {told[len(told) // 2]:.3f} s (median of {len(told)}), {told[-1]:.3f} s at most")
    print(f"… of the processor: {sorted(processor)[len(told) // 2]:.3f} s")


if __name__ == "__main__":
    main()
