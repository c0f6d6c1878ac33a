"""A start in a container: what its control group allows, made of files that look as the kernel's do."""

import json
import os
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")

MIB = 1 << 20

# Says that there are 64 processors, whatever the machine has.
MANY_PROCESSORS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>

long syscall(long number, ...) {
    static long (*real)(long, ...);
    long given[6];
    va_list list;
    va_start(list, number);
    for (int index = 0; index < 6; index++) given[index] = va_arg(list, long);
    va_end(list);
    if (number == SYS_sched_getaffinity) {
        memset((void *)given[2], 255, 8);
        return 8;
    }
    if (!real) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    return real(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}
"""


@pytest.fixture
def contained(tmp_path):
    """What starts a program on so many processors, in a group with these limits (Documentation/admin-guide/cgroup-v2.rst)."""

    def launcher(processors, cpu, memory):
        if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
            pytest.skip("this container may not mount")
        group = tmp_path / "cgroup"
        group.mkdir()
        (group / "cpu.max").write_text(f"{cpu} 100000\n")
        (group / "memory.max").write_text(f"{memory}\n")
        mounted = ["unshare", "--mount", "sh", "-c", f'mount --bind {group} /sys/fs/cgroup && exec "$@"', "sh"]
        if processors <= 2:
            return [*mounted, "taskset", "--cpu-list", f"0-{processors - 1}"]
        library = tmp_path / "many.so"
        compiler = shutil.which("cc") or shutil.which("clang")
        subprocess.run([compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", library, "-ldl"], input=MANY_PROCESSORS, text=True,
                       check=True)
        return [*mounted, "env", f"LD_PRELOAD={library}"]

    return launcher


@pytest.mark.parametrize("processors, cpu, memory, usable, threads", [
    (1, 50_000, 512 * MIB, 1, 1),
    (2, 50_000, 512 * MIB, 1, 1),
    (64, 50_000, 512 * MIB, 1, 1),
    (64, "max", 512 * MIB, 64, 16),
    (2, 150_000, "max", 2, 2),
])
def test_a_start_takes_what_the_group_gives(contained, database, serve, processors, cpu, memory, usable, threads):
    if processors == 2 and os.cpu_count() < 2:
        pytest.skip("this machine has one processor")
    service = serve(database.settings, LOG_FORMAT="json", launcher=contained(processors, cpu, memory))
    assert len(service.embed(["a text"])[0]) == 384
    service.process.stop()
    lines = [json.loads(line) for line in service.process.output.splitlines() if line.startswith("{")]
    started = next(line for line in lines if "max-connections" in line)
    loaded = next(line for line in lines if line["message"] == "loaded the built-in model")
    assert (started["processors"], loaded["threads"]) == (usable, threads)
    # What is fastest without loss does not depend on the group.
    assert loaded["precision"] == ("bf16" if "avx512_bf16" in open("/proc/cpuinfo").read() else "fp32")
    if memory != "max":
        assert started["memory-mib"] == memory // MIB
        assert loaded["memory-mib"] == memory * 8 // 10 // MIB
    else:
        assert started["memory-mib"] > 512
