"""OpenAI's vocabulary where its clients look before they ask the net."""

import hashlib
import shutil

from Harness.process import CHECKOUT

VOCABULARY = CHECKOUT / "models/cl100k_base.tiktoken"
ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken"


def variables(folder):
    """Environment variables by which tiktoken finds it in `folder`."""
    if VOCABULARY.is_file():
        shutil.copy(VOCABULARY, folder / hashlib.sha1(ADDRESS.encode()).hexdigest())
    return {"TIKTOKEN_CACHE_DIR": str(folder)}
