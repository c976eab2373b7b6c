"""The door for arrays: what `import lit_hf` gives to whoever brings features."""

from lit_hf.coding.arrays import Transfer, codelength, transfer
from lit_hf.coding.codelength import Codelength
from lit_hf.coding.steps import Step, prequential

__all__ = ["Codelength", "Step", "Transfer", "codelength", "prequential", "transfer"]
