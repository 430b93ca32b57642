"""What is wrong with a template."""


class CompileError(Exception):
    """A template that cannot become Block Kit: the author's mistake, never the data's.

    `where` is "template:line" as far as it is known; `problem` says what stands there and what is allowed.
    """

    def __init__(self, problem: str, where: str = "?") -> None:
        super().__init__(f"{where}: {problem}")
        self.problem = problem
        self.where = where
