"""Settings of one evaluation: frozen, written to and read from YAML, unknown keys refused, fingerprinted.

Four parts (data, encoder, measurement, machine), each a file; `Settings` is all of them. A setting's meaning and
default live in its part and nowhere else: the command line, the record and the documentation read them from there.
"""

from lit_hf.config.data import DataSettings
from lit_hf.config.encoder import BLEND, DTYPES, LIBRARY, POOLINGS, EncoderSettings
from lit_hf.config.files import read_yaml, write_yaml
from lit_hf.config.machine import MachineSettings
from lit_hf.config.measurement import CODES, MeasurementSettings
from lit_hf.config.names import PRECOMPUTED, precomputed_file, split_dataset, split_model
from lit_hf.config.settings import MADE_OF, Settings, from_mapping, from_record, known_keys, without_made_of

__all__ = [
    "BLEND", "CODES", "DTYPES", "LIBRARY", "MADE_OF", "POOLINGS", "PRECOMPUTED", "DataSettings", "EncoderSettings",
    "MachineSettings", "MeasurementSettings", "Settings", "from_mapping", "from_record", "known_keys",
    "precomputed_file", "read_yaml", "split_dataset", "split_model", "without_made_of", "write_yaml",
]  # fmt: skip
