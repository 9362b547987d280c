"""The trained reader: a question and a passage → where the answer stands, and whether it stands there at all.

`model` is the network and its weights, `data` and `train` are how the weights came about.
"""
