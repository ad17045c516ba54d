"""From a sentence to an answer, without any language model."""
