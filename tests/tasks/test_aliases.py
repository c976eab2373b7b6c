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
    ],
)
def test_a_declared_name_covers_what_it_names(declared: str, dataset: str, config: str | None, same: bool) -> None:
    assert same_dataset(declared, dataset, config) is same
