"""What keeps a page from being shown, in words for its reader."""


class Failure(Exception):
    """The status of the page, its title, and a sentence that says what to do or what is wrong."""

    def __init__(self, status: int, title: str, sentence: str):
        super().__init__(sentence)
        self.status = status
        self.title = title
        self.sentence = sentence


def garbage(sentence: str) -> Failure:
    """The registry answered something that cannot be used."""
    return Failure(502, "The registry's answer makes no sense", sentence)
