"""Code of a repository's own: never without leave, never a question on stdout, and then for the twin too."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from transformers import BertModel

from lit_hf.config import Settings
from lit_hf.encoders import Policy, load_encoder, wrap_encoder
from lit_hf.errors import BadSetting, UnsafeRemoteCode, UnsupportedModel
from tests.support import tiny

TRUST, STOCK = Policy(trust_remote_code=True), Policy(stock_code=True)
MODEL = """
from pathlib import Path

from transformers import BertConfig, BertModel

Path("MARK").touch()


class OwnConfig(BertConfig):
    model_type = "own"


class OwnModel(BertModel):
    config_class = OwnConfig

    def forward(self, input_ids=None, attention_mask=None, token_type_ids=None, output_hidden_states=None):
        output = super().forward(input_ids, attention_mask, token_type_ids, output_hidden_states=output_hidden_states)
        output.last_hidden_state = output.last_hidden_state + FACTOR * output.last_hidden_state.roll(1, -1)
        return output
"""
WORDS = """
from pathlib import Path

from transformers import PreTrainedTokenizerFast

Path("MARK").touch()


class OwnTokenizer(PreTrainedTokenizerFast):
    def __call__(self, text, *given, **named):
        return super().__call__([each[::-1] for each in text] if isinstance(text, list) else text, *given, **named)
"""
INPUTS = tiny.texts(6)


def write(folder: Path, mark: Path, roles: dict[str, str], model_type: str = "bert", factor: float = 2.0) -> Path:
    tiny.save(folder, tiny.bert())
    config = json.loads((folder / "config.json").read_text())
    tiny.write(folder / "config.json", {**config, "model_type": model_type, "auto_map": roles})
    code = MODEL.replace("MARK", str(mark)).replace("FACTOR", str(factor))
    (folder / "modeling_own.py").write_text(code)
    return folder


def with_tokenizer(folder: Path, mark: Path) -> Path:
    tiny.save(folder, tiny.bert())
    config = json.loads((folder / "tokenizer_config.json").read_text())
    tiny.write(
        folder / "tokenizer_config.json", {**config, "auto_map": {"AutoTokenizer": ["x.No", "words.OwnTokenizer"]}}
    )
    (folder / "words.py").write_text(WORDS.replace("MARK", str(mark)))
    return folder


BODY = {"AutoModel": "modeling_own.OwnModel"}
WHOLE = {"AutoConfig": "modeling_own.OwnConfig", **BODY}


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "it ran"


@pytest.mark.parametrize(("roles", "model_type"), [(BODY, "bert"), (WHOLE, "own"), (WHOLE, "bert")])
def test_the_named_class_is_read_and_its_twin_is_of_the_same_class(
    roles: dict[str, str], model_type: str, tmp_path: Path, mark: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("builtins.input", lambda *_: pytest.fail("it asked"))
    folder = str(write(tmp_path / "m", mark, roles, model_type))
    with pytest.raises(UnsafeRemoteCode, match=r"config.json names modeling_own.Own") as caught:
        load_encoder(folder)
    assert "--stock-code" in str(caught.value.next_step)
    assert not mark.exists()
    encoder = load_encoder(folder, policy=TRUST)
    plain = load_encoder(str(tiny.save(tmp_path / "plain", tiny.bert())))
    rows = encoder.encode(INPUTS).rows
    assert mark.exists()
    assert not np.allclose(rows, plain.encode(INPUTS).rows)
    twin, other = encoder.twin(1), encoder.twin(2)
    assert np.isfinite(twin.encode(INPUTS).rows).all()
    names = {type(each._model).__name__ for each in (encoder, twin, other)}  # type: ignore[attr-defined]
    assert names == {"OwnModel"}
    assert not np.allclose(twin.encode(INPUTS).rows, other.encode(INPUTS).rows)
    assert encoder.info.sources["code"].startswith("the repository's own")
    assert capsys.readouterr().out == ""


def test_stock_code_reads_it_and_says_so(tmp_path: Path, mark: Path) -> None:
    folder = str(write(tmp_path / "m", mark, BODY))
    stock = load_encoder(folder, policy=STOCK)
    plain = load_encoder(str(tiny.save(tmp_path / "plain", tiny.bert())))
    assert stock.key == plain.key
    assert np.array_equal(stock.encode(INPUTS).rows, plain.encode(INPUTS).rows)
    assert np.array_equal(stock.twin(0).encode(INPUTS).rows, plain.twin(0).encode(INPUTS).rows)
    assert "transformers' own, and not the repository's" in stock.info.sources["code"]
    assert not mark.exists()
    with pytest.raises(UnsafeRemoteCode, match="no code of its own"):
        load_encoder(str(write(tmp_path / "n", mark, WHOLE, "own")), policy=STOCK)


def test_a_tokeniser_of_its_own(tmp_path: Path, mark: Path) -> None:
    folder = str(with_tokenizer(tmp_path / "t", mark))
    with pytest.raises(UnsafeRemoteCode, match="AutoTokenizer"):
        load_encoder(folder)
    stock = load_encoder(folder, policy=STOCK)
    assert not mark.exists()
    own = load_encoder(folder, policy=TRUST)
    assert mark.exists()
    assert own.key["code"]
    assert not np.allclose(own.encode(INPUTS).rows, stock.encode(INPUTS).rows)


def test_an_edit_of_the_code_is_another_address_and_another_number(tmp_path: Path, mark: Path) -> None:
    first = load_encoder(str(write(tmp_path / "m", mark, BODY)), policy=TRUST)
    rows = first.encode(INPUTS).rows
    second = load_encoder(str(write(tmp_path / "m", mark, BODY, factor=3.0)), policy=TRUST)
    assert first.key != second.key
    assert not np.allclose(rows, second.encode(INPUTS).rows)


def test_code_elsewhere_and_code_for_tasks_only_are_refused(tmp_path: Path, mark: Path) -> None:
    with pytest.raises(UnsupportedModel, match="another repository"):
        load_encoder(str(write(tmp_path / "a", mark, {"AutoModel": "org/x--modeling_own.OwnModel"})), policy=TRUST)
    with pytest.raises(UnsupportedModel, match="none for AutoModel"):
        load_encoder(str(write(tmp_path / "b", mark, {"AutoModelForMaskedLM": "modeling_own.OwnModel"})), policy=TRUST)
    with pytest.raises(UnsupportedModel, match="no mapping"):
        load_encoder(str(write(tmp_path / "c", mark, "modeling_own.OwnModel")))  # type: ignore[arg-type]
    assert not mark.exists()


def test_leave_without_code_changes_nothing(tmp_path: Path) -> None:
    folder = str(tiny.save(tmp_path, tiny.bert()))
    assert load_encoder(folder, policy=TRUST).key == load_encoder(folder).key


def test_a_loaded_network_of_its_own_class_has_twins_of_that_class() -> None:
    class Doubled(BertModel):
        def forward(self, input_ids=None, attention_mask=None, output_hidden_states=None):  # type: ignore[no-untyped-def]
            output = super().forward(input_ids, attention_mask, output_hidden_states=output_hidden_states)
            output.last_hidden_state = output.last_hidden_state + 2 * output.last_hidden_state.roll(1, -1)
            return output

    encoder = wrap_encoder(Doubled(tiny.bert().config).eval(), tiny.tokenizer())
    stock = wrap_encoder(tiny.bert(), tiny.tokenizer())
    twin = encoder.twin(0)
    assert twin.encode(INPUTS).rows.shape == (6, 16)
    assert type(twin._model).__name__ == "Doubled"  # type: ignore[union-attr]
    assert twin.key != stock.twin(0).key


def test_the_setting_enters_where_it_is_given_and_excludes_the_other() -> None:
    plain = Settings("m", "d")
    assert plain.replace(stock_code=True).fingerprint() != plain.fingerprint()
    with pytest.raises(BadSetting, match="stock_code"):
        plain.replace(stock_code=True, trust_remote_code=True)
