"""The pages for people at the centre: plain HTML that works without a script; htmx only spares a reload."""
