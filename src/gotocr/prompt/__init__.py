"""Tokenizers, the published prompts as data, and the template that turns a task into token ids with image slots."""
