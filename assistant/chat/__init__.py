"""The answer in a chat model's words: asked for, checked sentence by sentence, and cited with what bears it out."""
