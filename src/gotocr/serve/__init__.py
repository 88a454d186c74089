"""A server that OpenAI's clients speak to: one loaded model, many requests, their texts written at once.

    request ──chat──▶ Asked ──desk──▶ a Reader of its own ──seat──▶ Shared, the one engine's rows

Only `app` and what it imports need the [serve] extra.
"""
