"""Why a draft of a rule can't be written, saved or taken a step further."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.errors import Conflict, Invalid, NotFound
from rules.errors import DocumentRefused


class DocumentUnfit(Invalid):
    """The document is no rule; `faults` have the path of each fault, as in `limits[0].times`, and a sentence."""

    code = "document-unfit"

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = [{"path": path, "sentence": sentence} for path, sentence in faults]
        path, sentence = faults[0]
        super().__init__(f"{path or 'The document'}: {sentence}")

    @classmethod
    def of(cls, refusal: DocumentRefused) -> DocumentUnfit:
        return cls([(fault.path, fault.sentence) for fault in refusal.faults])


class TemplateNotFound(NotFound):
    """No template has this id."""

    code = "template-not-found"

    def __init__(self) -> None:
        super().__init__("There is no template with this id. GET /v1/rules/templates lists them.")


class DraftNotFound(NotFound):
    """Nobody is writing a version of this rule."""

    code = "draft-not-found"

    def __init__(self) -> None:
        super().__init__("There is no open draft of a rule with this id.")


class DraftExists(Conflict):
    """One version of a rule is written at a time."""

    code = "draft-exists"

    def __init__(self) -> None:
        super().__init__("There is an open draft of this rule already. Change that one, or discard it first.")


class DraftChanged(Conflict):
    """Somebody else saved it since this caller read it; `revision` is how it stands now."""

    code = "draft-changed"

    def __init__(self, *, revision: int) -> None:
        self.revision = revision
        super().__init__(
            "The draft has changed since you read it, and what you sent was not saved. Read it again, put your changes"
            " into it, and send it once more."
        )


class DraftStatusUnfit(Conflict):
    """The step does not follow from where the draft stands; `stands_at` is its status."""

    code = "draft-status-unfit"

    def __init__(self, *, stands_at: str, wanted: Sequence[str]) -> None:
        self.stands_at, self.wanted = stands_at, list(wanted)
        super().__init__(f"This is done with a draft that is {' or '.join(wanted)}. This one is {stands_at}.")


class NotReady(Conflict):
    """Something is missing before the next step; `missing` has a code and a sentence for each."""

    code = "not-ready"

    def __init__(self, missing: Sequence[tuple[str, str]]) -> None:
        self.missing = [{"code": code, "sentence": sentence} for code, sentence in missing]
        super().__init__(" ".join(sentence for _, sentence in missing))


class ApprovalNotWanted(Conflict):
    """An officer's approval that adds nothing; `wanted` are the roles whose approval is still missing."""

    code = "approval-not-wanted"

    def __init__(self, *, wanted: Sequence[str]) -> None:
        self.wanted = list(wanted)
        more = f"It still needs that of another officer with the role {' and '.join(wanted)}." if wanted else ""
        super().__init__(f"This draft does not need another approval of yours. {more}".strip())


class VersionTaken(Conflict):
    """Another version came into the book with this number while the draft was written."""

    code = "version-taken"

    def __init__(self, *, version: int) -> None:
        self.version = version
        super().__init__(f"Version {version} is in the book already. Discard this draft and write the next version.")
