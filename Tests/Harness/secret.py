"""Secrets in files."""

import os


class Secret:
    """A file that is replaced as a whole, as a mounted Kubernetes Secret is."""

    def __init__(self, folder, text):
        self.path, self.next = folder / "secret", folder / "next"
        self.replace(text)

    def replace(self, text):
        self.next.write_text(text)
        os.replace(self.next, self.path)
