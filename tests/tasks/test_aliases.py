"""Names of datasets that cards use, old and new."""

from __future__ import annotations

import pytest

from lit_hf.tasks.aliases import same_dataset


@pytest.mark.parametrize(
    ("declared", "dataset", "config", "same"),
    [
        ("stanfordnlp/imdb", "stanfordnlp/imdb", "plain_text", True),
        ("imdb", "stanfordnlp/imdb", None, True),
        ("IMDB", "stanfordnlp/imdb", None, True),
        ("glue", "nyu-mll/glue", "sst2", True),
        ("nyu-mll/glue", "nyu-mll/glue", "sst2", True),
        ("glue/sst2", "nyu-mll/glue", "sst2", True),
        ("glue/sst2", "nyu-mll/glue", "rte", False),
        ("nyu-mll/glue:rte", "nyu-mll/glue", "sst2", False),
        ("sst2", "nyu-mll/glue", "sst2", True),
        ("sst2", "stanfordnlp/sst2", None, True),
        ("sst2", "nyu-mll/glue", "rte", False),
        ("rotten_tomatoes", "cornell-movie-review-data/rotten_tomatoes", None, True),
        ("someone/imdb", "stanfordnlp/imdb", None, False),
        ("yelp", "stanfordnlp/imdb", None, False),
        ("SetFit/sst2", "nyu-mll/glue", "sst2", True),  # copies, either way
        ("glue", "SetFit/sst2", None, True),
        ("nyu-mll/glue:sst2", "stanfordnlp/sst2", None, True),
        ("nyu-mll/glue:rte", "stanfordnlp/sst2", None, False),
        ("SetFit/sst2", "nyu-mll/glue", "rte", False),
        ("sentence-transformers/all-nli", "stanfordnlp/snli", "plain_text", True),
        ("sentence-transformers/all-nli", "nyu-mll/glue", "mnli", True),
        ("sentence-transformers/all-nli", "nyu-mll/glue", "cola", False),
        ("snli", "nyu-mll/glue", "mnli", False),  # both lie in all-nli, neither holds the other
        ("super_glue", "google/boolq", None, True),
        ("super_glue", "nyu-mll/glue", "sst2", False),
        ("mteb/imdb", "imdb", None, True),
    ],
)
def test_a_declared_name_covers_what_it_names(declared: str, dataset: str, config: str | None, same: bool) -> None:
    assert same_dataset(declared, dataset, config) is same
