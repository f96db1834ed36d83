"""Reading one handwritten Chinese character: ten candidates, whatever the order and number of its strokes."""
