"""Short names that people know, and where those datasets live: the Hub resolves no name without a namespace."""

from __future__ import annotations

_GLUE = ("cola", "mnli", "mrpc", "qnli", "qqp", "rte", "sst2", "wnli", "stsb")
_TWEET_EVAL = ("emoji", "emotion", "hate", "irony", "offensive", "sentiment")

ALIASES: dict[str, tuple[str, str | None]] = {
    **{f"glue/{name}": ("nyu-mll/glue", name) for name in _GLUE},
    **{name: ("nyu-mll/glue", name) for name in _GLUE if name != "sst2"},
    **{f"tweet_eval/{name}": ("cardiffnlp/tweet_eval", name) for name in _TWEET_EVAL},
    "ag_news": ("fancyzhx/ag_news", None),
    "amazon_polarity": ("fancyzhx/amazon_polarity", None),
    "anli": ("facebook/anli", None),
    "banking77": ("PolyAI/banking77", None),
    "boolq": ("google/boolq", None),
    "clinc_oos": ("clinc/clinc_oos", "plus"),
    "dbpedia": ("fancyzhx/dbpedia_14", None),
    "dbpedia_14": ("fancyzhx/dbpedia_14", None),
    "emotion": ("dair-ai/emotion", "split"),
    "financial_phrasebank": ("takala/financial_phrasebank", "sentences_allagree"),
    "imdb": ("stanfordnlp/imdb", "plain_text"),
    "multi_nli": ("nyu-mll/multi_nli", None),
    "paws": ("google-research-datasets/paws", "labeled_final"),
    "poem_sentiment": ("google-research-datasets/poem_sentiment", None),
    "rotten_tomatoes": ("cornell-movie-review-data/rotten_tomatoes", None),
    "snli": ("stanfordnlp/snli", "plain_text"),
    "sst2": ("stanfordnlp/sst2", None),
    "sst5": ("SetFit/sst5", None),
    "subj": ("SetFit/subj", None),
    "20newsgroups": ("SetFit/20_newsgroups", None),
    "trec": ("CogComp/trec", None),
    "tweet_eval": ("cardiffnlp/tweet_eval", "sentiment"),
    "xnli": ("facebook/xnli", "en"),
    "yahoo_answers_topics": ("community-datasets/yahoo_answers_topics", None),
    "yelp": ("fancyzhx/yelp_polarity", None),
    "yelp_polarity": ("fancyzhx/yelp_polarity", None),
    "yelp_review_full": ("Yelp/yelp_review_full", None),
}
"""Alias to (Hub id, configuration or None for the only or default one)."""


_COPIES: tuple[tuple[str, str, str], ...] = (
    ("stanfordnlp/sst2", "nyu-mll/glue:sst2", "https://huggingface.co/datasets/stanfordnlp/sst2"),
    ("SetFit/sst2", "nyu-mll/glue:sst2", "https://huggingface.co/datasets/SetFit/sst2"),
    ("nyu-mll/multi_nli", "nyu-mll/glue:mnli", "https://arxiv.org/abs/1804.07461"),
    ("sentence-transformers/all-nli", "nyu-mll/glue:mnli", "https://sbert.net/examples/datasets/"),
    ("sentence-transformers/all-nli", "stanfordnlp/snli", "https://sbert.net/examples/datasets/"),
    ("aps/super_glue:boolq", "google/boolq", "https://arxiv.org/abs/1905.00537"),
    ("aps/super_glue:rte", "nyu-mll/glue:rte", "https://arxiv.org/abs/1905.00537"),
    ("google/xtreme:XNLI", "facebook/xnli", "https://arxiv.org/abs/2003.11080"),
    ("mteb/banking77", "PolyAI/banking77", "https://arxiv.org/abs/2210.07316"),
    ("mteb/imdb", "stanfordnlp/imdb", "https://arxiv.org/abs/2210.07316"),
    ("mteb/emotion", "dair-ai/emotion", "https://arxiv.org/abs/2210.07316"),
    ("mteb/amazon_polarity", "fancyzhx/amazon_polarity", "https://arxiv.org/abs/2210.07316"),
)  # fmt: skip
"""(what a card may declare, what it holds the examples of, the page or paper that says so).

Both sides are a Hub id, with its configuration behind a colon where it is one of several. The relation is read both
ways: a checkpoint that was trained on either saw texts of the other.
"""
_UMBRELLAS = {"super_glue": "aps/super_glue", "superglue": "aps/super_glue", "xtreme": "google/xtreme"}
"""Old names of what the table above has only as a collection."""


def same_dataset(declared: str, dataset: str, config: str | None = None) -> bool:
    """Return whether a name that a model card declares covers this dataset: a Hub id, of a configuration or of all.

    Cards name datasets by old names without a namespace (`glue`, `imdb`), by umbrellas (`nyu-mll/glue` covers all of
    its configurations), by one part (`glue/sst2`, or `sst2` alone), by ids, and by copies (`SetFit/sst2`).
    """
    old, _, part = declared.partition(":")
    named = _UMBRELLAS.get(old.lower(), old) + (f":{part}" if part else "")
    if _covers(named, dataset, config):
        return True
    both = [(one, other) for first, second, _ in _COPIES for one, other in ((first, second), (second, first))]
    return any(_covers(named, *_parts(one)) and _covers(other, dataset, config) for one, other in both)


def _parts(name: str) -> tuple[str, str | None]:
    home, _, part = name.partition(":")
    return home, part or None


def _covers(declared: str, dataset: str, config: str | None) -> bool:
    home, part = ALIASES.get(dataset, (dataset, config))
    said, which = ALIASES.get(declared.lower(), (declared, None))
    if ":" in said:
        said, _, which = said.partition(":")
    if said.lower() == home.lower() or said.lower() == home.rpartition("/")[2].lower():
        return which is None or part is None or declared.lower() == said.lower() or which.lower() == part.lower()
    return "/" not in declared and part is not None and declared.lower() == part.lower()
