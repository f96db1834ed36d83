"""The staff area: behind a knock nobody makes by chance and a PIN; for the technician, never for a citizen."""
