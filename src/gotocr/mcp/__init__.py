"""A server of the Model Context Protocol: language models read the pictures and PDFs of some folders.

    tools/call ──server──▶ a Tool's arguments ──calls──▶ a thread's Call ──serve.shared──▶ the one engine's rows

Only `server` and `run` need the [mcp] extra; nothing is loaded that reads before something is to be read.
"""
