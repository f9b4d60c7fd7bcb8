"""The errors of the service. Each says when it is raised; none carries personal content."""


class IgorError(Exception):
    """Base of all errors that the service raises on purpose."""


class Invalid(IgorError):
    """An answer does not fit its question; `problem` is the kind sentence to show."""

    def __init__(self, problem: object) -> None:
        super().__init__("the answer does not fit the question")
        self.problem = problem


class Refused(IgorError):
    """A deed may not be done now; `reason` is a sentence for the duty worker."""

    def __init__(self, reason: object) -> None:
        super().__init__("the deed was refused")
        self.reason = reason


class SetupError(IgorError):
    """The operator must change something before the program can run: one clear sentence."""


class KeyLost(IgorError):
    """A key that content is sealed with is not in the key store (erased, or never was)."""
