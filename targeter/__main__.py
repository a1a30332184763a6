"""`python -m targeter`: the same command line as `targeter`."""

from targeter.cli import main

if __name__ == "__main__":
    main()
