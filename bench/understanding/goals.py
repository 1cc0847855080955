"""The bars of this project, and what others reached on the same sets. "from memory" marks figures that were not looked up again."""

from __future__ import annotations

from bench.understanding.rows import Goal

GOALS = {
    "airline": Goal(0.76, 0.78, 0.80, "fine-tuned BERT 0.80–0.83 (from memory)"),
    "xlmt it": Goal(0.55, 0.61, 0.66, "XLM-T 0.709, XLM-R 0.715, fastText 0.547, all trained on it (Barbieri et al. 2022)"),
    "xlmt en": Goal(published="XLM-T 0.669–0.706, XLM-R 0.682, fastText 0.509, trained on it (Barbieri et al. 2022)"),
    "xlmt de": Goal(published="XLM-T 0.773, trained on it (Barbieri et al. 2022)"),
    "xlmt fr": Goal(published="XLM-T 0.712, trained on it (Barbieri et al. 2022)"),
    "xlmt es": Goal(published="XLM-T 0.685, trained on it (Barbieri et al. 2022)"),
    "xlmt pt": Goal(published="XLM-T 0.760, trained on it (Barbieri et al. 2022)"),
    "multiemotions": Goal(0.58, 0.63, 0.67),
    "sentipolc": Goal(published="0.587, an encoder twice the size trained on it; no published three-class figure"),
    "italian anger": Goal(0.78, 0.82, 0.84),
    "complaint": Goal(0.78, 0.81, 0.83, "0.79, distant supervision (Preoţiuc-Pietro et al. 2019); BERT type ~0.87 (from memory)"),
    "banking77": Goal(0.92, 0.93, 0.94, "BERT-large ~0.937, USE+ConveRT 0.934 (Casanueva et al. 2020, from memory)"),
    "banking77 10": Goal(0.80, 0.82, 0.85, "USE+ConveRT 0.852 (Casanueva et al. 2020, from memory)"),
    "clinc in": Goal(0.92, 0.92, 0.94, "BERT 0.962, MLP 0.934 with a threshold (Larson et al. 2019)"),
    "clinc oos": Goal(0.75, 0.85, 0.88, "BERT 0.523, MLP 0.491 with a threshold (Larson et al. 2019)"),
    "emotion": Goal(published="SVM 0.647, RoBERTa-base 0.761, best 0.802 (Barbieri et al. 2020)"),
    "offensive": Goal(published="fastText 0.734, RoBERTa-base 0.795, best 0.822 (Barbieri et al. 2020)"),
    "sms spam": Goal(published="0.97–0.99"),
    "p95": Goal(15.0, 6.0, 4.0, lower_is_better=True),
    "median": Goal(goal=3.0, lower_is_better=True),
    "memory": Goal(goal=250.0, lower_is_better=True),
    "load": Goal(goal=2.0, lower_is_better=True),
}  # fmt: skip
