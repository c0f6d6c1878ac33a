"""One mutation for each guarantee: the mechanism that is taken out, and the tests that must fail without it."""

import dataclasses
import os
import pathlib
import re
import subprocess
import sys

CHECKOUT = pathlib.Path(__file__).resolve().parents[1]


@dataclasses.dataclass
class Mutation:
    """In `file`, `mechanism` becomes `without`; `tests` (pytest node ids or names) must fail then."""

    guarantee: str
    file: str
    mechanism: str
    without: str
    tests: str


MUTATIONS = [
    Mutation("G1", "Sources/Storage/Schema/Schema.swift", '($event != "UPDATE" OR \\(differs(table.watched + table.listed)))',
             '($event != "UPDATE")', "test_pull.py -k changed_description"),
    Mutation("G2", "Sources/Storage/Outbox/CompletionBatch.swift",
             "(DELETE $e.jobs WHERE claim = $claim RETURN BEFORE)", "(DELETE $e.jobs RETURN BEFORE)", "test_pull.py -k change_during_the_provider_call"),
    Mutation("G3", "Sources/Pipeline/PipelineMachine+Work.swift",
             "let isCurrent = job.storedFingerprint == model.fingerprint && job.storedTextHash == job.document.textHash",
             "let isCurrent = job.storedTextHash == job.document.textHash", "test_replicas.py -k change_of_model"),
    Mutation("G4", "Sources/Providers/Batching/BatchQueue+Outcomes.swift", "guard call.texts.count > 1 else {\n",
             "guard call.texts.count > 1_000_000 else {\n            for id in call.texts {"
             " settle(id, .failure(error), now: now, &effects) }\n", "test_pull.py -k poison_text_fails_alone"),
    Mutation("G5", "Sources/Pipeline/PipelineMachine+Events.swift",
             "for next in batch.jobs { decide(.released(after: pause), for: next.job, token: next.token) }",
             "for next in batch.jobs { decide(failure(next.job, error.description, isHopeless: false, retryAfter: pause), "
             "for: next.job, token: next.token) }", "test_faults.py -k long_pause"),
    Mutation("G6", "Sources/Pipeline/PipelineMachine+Work.swift",
             "if isCurrent, !job.isForced { return decide(.unchanged, for: job, token: token) }",
             "_ = isCurrent", "test_replicas.py -k drift_of_stars"),
    Mutation("G7", "Sources/Pipeline/PipelineMachine+Work.swift",
             "if job.document.isPrivate, !configuration.embedsPrivate {", "if job.document.isPrivate, configuration.grace < .zero {",
             "test_pull.py -k private_repos_stay_at_home"),
    Mutation("G8", "Sources/Pipeline/PipelineMachine.swift", "if stop != nil || isPaused || !tenure.isHeld { handBackUnsent() }",
             "if isPaused || !tenure.isHeld { handBackUnsent() }", "test_stopping.py -k sigterm_in_the_middle"),
    Mutation("G9", "Sources/Providers/Batching/BatchQueue+Admission.swift",
             "guard isEmpty || (texts.count + submitted.count <= room && bytes + size <= settings.byteCapacity) else {",
             "guard isEmpty || room + size > 0 else {", "test_faults.py -k more_texts_than_fit"),
    Mutation("G10", "Sources/EmbeddingCore/Embeddings/Embedding.swift", "guard sum.isFinite, sum > 0 else {",
             "guard sum.isFinite || sum >= 0 || sum.isNaN else {", "test_faults.py -k unusable_vectors"),
    Mutation("G11", "Sources/Providers/HTTP/ProviderEndpoint.swift", "return Redaction(secrets: secrets).apply(toCut: words)",
             "return secrets.isEmpty ? words : words", "test_faults.py -k echoes_the_key"),
]


def fails_without(mutation):
    """Whether the tests fail with the mechanism taken out."""
    file = CHECKOUT / mutation.file
    original = file.read_text()
    file.write_text(original.replace(mutation.mechanism, mutation.without, 1))
    try:
        subprocess.run(["swift", "build", "--quiet", "--product", "embed-star"], cwd=CHECKOUT, check=True)
        name, *rest = mutation.tests.split()
        command = [sys.executable, "-B", "-m", "pytest", "--quiet", "--config-file", "Tests/pytest.ini", "--rootdir", "Tests",
                   "--tb", "line", f"Tests/IntegrationTests/{name}", *rest]
        environment = {**os.environ, "EMBED_STAR": str(CHECKOUT / ".build/debug/embed-star")}
        ran = subprocess.run(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True)
        print(ran.stdout, end="", flush=True)
        # 1 is also how Python ends when it has no pytest: a test must be seen to fail.
        return ran.returncode == 1 and re.search(r"\b\d+ failed\b", ran.stdout) is not None
    finally:
        file.write_text(original)


def require_mechanisms():
    """Ends the program when the sources have changed, and a mutation would change nothing."""
    for mutation in MUTATIONS:
        if mutation.mechanism not in (CHECKOUT / mutation.file).read_text():
            sys.exit(f"{mutation.guarantee}: the mechanism is not in {mutation.file} any more; correct scripts/guarantees.py")


def main():
    require_mechanisms()
    if sys.argv[1:] == ["--check"]:
        return
    chosen = [mutation for mutation in MUTATIONS if not sys.argv[1:] or mutation.guarantee in sys.argv[1:]]
    held = {}
    for mutation in chosen:
        print(f"==> {mutation.guarantee}: without {mutation.mechanism.strip()[:90]}", flush=True)
        held[mutation.guarantee] = fails_without(mutation)
        print(f"{mutation.guarantee} {'is held: the test fails without it' if held[mutation.guarantee] else 'IS NOT HELD'}", flush=True)
    subprocess.run(["swift", "build", "--quiet", "--product", "embed-star"], cwd=CHECKOUT, check=True)
    print(f"{sum(held.values())} of {len(held)} guarantees are held by a test")
    sys.exit(0 if all(held.values()) else 1)


main()
