"""The command line, a module a group of commands; `bot.__main__` joins them."""
