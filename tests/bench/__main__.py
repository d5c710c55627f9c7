"""`python -m tests.bench NAME [options]`: run one benchmark and print its figures; `--help` tells the names."""

from argparse import ArgumentParser

from tests.bench import budget, events, fairness, orders, pages, record, report, traffic, writing

BENCHES = (budget, events, fairness, orders, pages, record, report, traffic, writing)


def main() -> None:
    """Parse the command line and run what it names."""
    parser = ArgumentParser(prog="python -m tests.bench")
    commands = parser.add_subparsers(required=True, metavar="NAME")
    for bench in BENCHES:
        name, summary = bench.__name__.rsplit(".", 1)[-1], (bench.__doc__ or "").splitlines()[0]
        command = commands.add_parser(name, help=summary, description=summary)
        bench.add_options(command)
        command.set_defaults(run=bench.run)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
