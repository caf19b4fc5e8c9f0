"""``python -m assistance``: the command line."""

from assistance.cli import main

if __name__ == "__main__":
    main(prog_name="assistance")
