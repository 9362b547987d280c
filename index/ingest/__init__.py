"""Files, pasted fields and addresses in, articles out. One module per format; `formats` picks it by suffix."""
