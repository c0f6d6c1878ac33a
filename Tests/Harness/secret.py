"""Secrets in files."""

import os

from Harness.process import eventually


class Secret:
    """A file that is replaced as a whole, as a mounted Kubernetes Secret is."""

    def __init__(self, folder, text):
        self.path, self.next = folder / "secret", folder / "next"
        self.replace(text)

    def replace(self, text):
        self.next.write_text(text)
        os.replace(self.next, self.path)

    def rotate(self, old, new, service, status, accepted):
        """What holds of every list of secrets: both are accepted while both stand in the file, then only the new one, also
        when the file is empty, which is warned of."""
        assert (status(old), status(new)) == (accepted, 401)
        self.replace(f"{old},{new}\n")
        eventually(lambda: status(new) == accepted, what="the new secret")
        assert status(old) == accepted
        self.replace(f"{new}\n")
        eventually(lambda: status(old) == 401, what="the old secret's end")
        self.replace("")
        warning = "_FILE is missing or holds no accepted value; the previous secret stays valid"
        eventually(lambda: warning in service.process.output, what="the warning")
        assert (status(new), status(old)) == (accepted, 401)
