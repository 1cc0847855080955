def pytest_addoption(parser) -> None:  # type: ignore[no-untyped-def]
    """`--write-counts`: write down what every screen asks now, to be reviewed."""
    parser.addoption("--write-counts", action="store_true", default=False)
