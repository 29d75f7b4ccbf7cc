"""``python -m lunarsim`` is the command line."""

from lunarsim.cli import main

if __name__ == "__main__":
    main()
