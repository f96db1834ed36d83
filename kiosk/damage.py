"""What of the glass has to be drawn again when one frame follows another: pure, in pixels from the top left."""

from __future__ import annotations

from collections import Counter

from kiosk.frame import Box, Frame, Ink, Node

MARGIN = 4
"""Pixels around a node that its smooth edges and the last character's overhang may touch."""


def bounds(node: Node) -> Box:
    """Where ``node`` leaves ink."""
    if not isinstance(node, Ink):
        return node.box.inset(-MARGIN)
    edge = node.edge + MARGIN
    left, top = min(x for x, _ in node.points), min(y for _, y in node.points)
    right, bottom = max(x for x, _ in node.points), max(y for _, y in node.points)
    return Box(left - edge, top - edge, right - left + 2 * edge, bottom - top + 2 * edge)


def damage(old: Frame | None, new: Frame) -> Box | None:
    """The smallest box outside which ``new`` looks as ``old`` did; None when nothing changed."""
    whole = Box(0, 0, new.width, new.height)
    if old is None or (old.width, old.height, old.background) != (new.width, new.height, new.background):
        return whole
    before, after = Counter(old.nodes), Counter(new.nodes)
    gone, come = before - after, after - before
    if [node for node in old.nodes if node not in gone] != [node for node in new.nodes if node not in come]:
        return whole  # the same things, one over the other in another order
    boxes = [bounds(node) for node in (*gone, *come)]
    if not boxes:
        return None
    return clipped(union(*boxes), whole)


def union(*boxes: Box) -> Box:
    """The smallest box that covers all."""
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
    return Box(left, top, right - left, bottom - top)


def clipped(box: Box, whole: Box) -> Box:
    """The part of ``box`` inside ``whole``; without area when there is none."""
    left, top = max(box.x, whole.x), max(box.y, whole.y)
    right, bottom = min(box.right, whole.right), min(box.bottom, whole.bottom)
    return Box(left, top, max(0, right - left), max(0, bottom - top))


def meet(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom
