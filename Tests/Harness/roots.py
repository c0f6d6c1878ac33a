"""Clean roots of Debian and Ubuntu, made by debootstrap, to run in what a user gets. They need root."""

import os
import pathlib
import re
import shutil
import subprocess

SCRIPTS = pathlib.Path("/usr/share/debootstrap/scripts")


def ubuntu_mirror():
    """Where debootstrap's own script for Ubuntu looks."""
    return re.findall(r"default_mirror (\S*archive\S*/ubuntu)", (SCRIPTS / "gutsy").read_text())[0]


class Root:
    """The root of a release; `make` begins to make it, `await_made` waits."""

    def __init__(self, suite, folder):
        self.suite, self.path = suite, folder / suite
        self.is_ubuntu = not (SCRIPTS / suite).exists()
        place = [ubuntu_mirror(), "gutsy"] if self.is_ubuntu else []
        self.log = folder / f"{suite}.log"
        # Nobody needs what is written to survive a power cut.
        unsafe = ["eatmydata"] if shutil.which("eatmydata") else []
        self.making = subprocess.Popen([*unsafe, "debootstrap", "--variant=minbase", suite, self.path, *place],
                                       stdout=self.log.open("w"), stderr=subprocess.STDOUT)

    def await_made(self):
        status = self.making.wait(900)
        assert status == 0, self.log.read_text()[-3000:]
        if not os.path.ismount(self.path / "proc"):
            subprocess.run(["mount", "-t", "proc", "proc", self.path / "proc"], check=True)
        return self

    def run(self, *command, within=300, user=None, **options):
        """Runs a command to its end inside; its output is text."""
        return subprocess.run(self.command(*command, user=user), capture_output=True, text=True, timeout=within, check=False,
                              **options)

    def command(self, *command, user=None):
        userspec = [f"--userspec={user}:{user}"] if user else []
        return ["chroot", *userspec, str(self.path), *map(str, command)]

    def install(self, package):
        """Installs a Debian package with what it depends on."""
        shutil.copy("/etc/resolv.conf", self.path / "etc/resolv.conf")
        for file in pathlib.Path("/etc/apt/apt.conf.d").glob("*proxy*"):
            shutil.copy(file, self.path / "etc/apt/apt.conf.d")
        if self.is_ubuntu:
            sources = self.path / "etc/apt/sources.list"
            sources.write_text(re.sub(r" main$", " main universe", sources.read_text(), flags=re.M))
        shutil.copy(package, self.path / "tmp")
        script = f"apt-get update -qq && apt-get install -y -qq --no-install-recommends /tmp/{package.name}"
        done = self.run("/usr/bin/env", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", script, within=600)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    def close(self):
        if self.making.poll() is None:
            self.making.kill()
        subprocess.run(["umount", "--lazy", self.path / "proc"], check=False, capture_output=True)
        shutil.rmtree(self.path, ignore_errors=True)
