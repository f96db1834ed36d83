"""Dispatch: which label (department, code, subject) a citizen's message belongs to, and how sure that is."""

from content.dispatch.examples import DispatchError, Example, read_examples
from content.dispatch.model import DispatchModel, Suggestion
from content.dispatch.scoring import Score, score
from content.dispatch.training import train

__all__ = ["DispatchError", "DispatchModel", "Example", "Score", "Suggestion", "read_examples", "score", "train"]
