"""Logits to tokens: the model is a `Stepper` here, so every engine writes by the same loop and guard."""
